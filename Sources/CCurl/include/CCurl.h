/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KMEND_CCURL_H
#define KMEND_CCURL_H

#include <curl/curl.h>

/* curl_easy_setopt() and curl_easy_getinfo() are variadic, which Swift can't call. */

static inline CURLcode kmend_curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode kmend_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode kmend_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}

/* Of CURLOPT_WRITEDATA, CURLOPT_XFERINFODATA and the like. */
static inline CURLcode kmend_curl_set_context(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

typedef size_t (*kmend_curl_writer)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode kmend_curl_set_writer(CURL *handle, kmend_curl_writer writer) {
  return curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, writer);
}

/* Ends the transfer where it does not return 0. */
static inline CURLcode kmend_curl_set_progress(CURL *handle, curl_xferinfo_callback progress) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
}

static inline long kmend_curl_status(CURL *handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

/* Of the last response; NULL where the server did not say. It belongs to the handle. */
static inline const char *kmend_curl_header(CURL *handle, const char *name) {
  struct curl_header *header = NULL;
  return curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : NULL;
}

#endif
