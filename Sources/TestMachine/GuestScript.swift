// SPDX-License-Identifier: GPL-2.0-or-later

/// `/init` of the guest: a script for busybox sh.
///
/// It speaks through `/dev/kmsg`, so that its marks and the driver's own printk stand in one order and never inside one
/// another. Every mark begins with a token that is new for each boot: what a driver prints can't be taken for a mark.
/// (A driver that looks for the token in memory finds it; but such a driver could as well write to the console itself.)
enum GuestScript {
  /// What the script calls of busybox.
  static let applets = [
    "cat", "cpio", "cut", "dd", "find", "head", "insmod", "ip", "mkfifo", "mount", "poweroff", "rmmod", "sh", "sleep",
    "sort", "stty", "tail", "timeout", "uniq",
  ]

  static let text = script.replacing("WAITING", with: waiting).replacing("DISKLESS", with: diskless)

  /// What the guest prints where it can be saved.
  static let waiting = "kmend: waiting for a plan"
  /// What it prints where it can't.
  static let diskless = "kmend: no disk"

  private static let script = #"""
    #!/bin/sh
    export PATH=/bin
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mount -t devtmpfs dev /dev

    # Without a plan the machine is saved as soon as it says so, and finds one on its disk when it goes on.
    on_disk() { dd if=/dev/vda bs=4096 skip=256 "$@" 2>/dev/null; }
    if [ ! -f /plan/settings ]; then
      while read -r name; do insmod "/disk/$name.ko"; done </disk/modules >/dev/kmsg 2>&1
      [ -b /dev/vda ] || { echo "<5>DISKLESS" >/dev/kmsg; poweroff -f; }
      echo "<5>WAITING" >/dev/kmsg
      until [ "$(on_disk count=1 | head -c 6)" = 070701 ]; do sleep 0.05; done
      cd / && on_disk | cpio -idm >/dev/null 2>&1
    fi
    . /plan/settings

    mark() { echo "<5>$token $*" >/dev/kmsg; }

    # The end. With a driver stuck, the orderly way may never come to one.
    leave() {
      mark "taint $(cat /proc/sys/kernel/tainted)"
      mark off
      { sleep 5; echo b >/proc/sysrq-trigger; } &
      [ "$1" = stuck ] || poweroff -f
      echo b >/proc/sysrq-trigger
    }

    # KIND LIMIT SUBJECT COMMAND...: the command's status goes to $code, or "late". It can't be waited for: a process
    # inside the kernel doesn't die; so it answers through a pipe.
    attempt() {
      kind=$1 limit=$2 subject=$3
      shift 3
      turn=$((turn + 1))
      mark "begin $kind $subject"
      { "$@" </dev/null >/tmp/said 2>&1; echo "$turn $?" >&3; } &
      code=late
      while read -r -t "$limit" answered status <&3; do
        [ "$answered" = "$turn" ] && code=$status && break
      done
      mark "end $code $(tail -n 1 /tmp/said | cut -c 1-200)"
      [ "$code" = late ] || return 0
      # Where each processor is, and what each sleeping process waits for.
      echo l >/proc/sysrq-trigger
      echo w >/proc/sysrq-trigger
      leave stuck
    }

    snapshot() {
      printf '%s\n' /dev/* /dev/*/* /dev/*/*/* /sys/module/* /sys/module/*/parameters/* /sys/class/* /sys/class/*/* \
        /sys/bus/* /sys/bus/*/drivers/* /sys/bus/*/drivers/*/* /sys/bus/*/devices/* /sys/fs/* /sys/fs/*/* \
        /sys/kernel/* /sys/kernel/*/* /proc/[!0-9]* /proc/[!0-9]*/* /proc/sys/*/* /proc/sys/*/*/* /proc/net/* \
        /proc/net/*/* | sort -u
    }

    name_appeared() {
      while read -r path; do
        case $path in
        *'*'* | */self/* | */thread-self/* | /proc/irq/*) continue ;;
        esac
        what=sysfs
        if [ -c "$path" ]; then
          what=character-device
        elif [ -b "$path" ]; then
          what=block-device
        else
          case $path in
          /dev/*) continue ;;
          /sys/module/*/parameters/*) what=parameter ;;
          /sys/module/*) what=module ;;
          /sys/class/net/*) what=network-interface ;;
          /sys/bus/*/drivers/*/*)
            [ -L "$path" ] && [ "${path##*/}" != module ] || continue
            what=bound-device
            ;;
          /sys/bus/*/drivers/*) what=driver ;;
          /proc/sys/*) what=sysfs ;;
          /proc/*) what=proc ;;
          esac
        fi
        mark "appear $what $path"
        echo "$what $path"
      done
    }

    # Without O_NONBLOCK opening a device may wait for its hardware; stty opens with it, and asks for a terminal's modes.
    open_device() {
      said=$(timeout -s KILL 3 stty -F "$1" 2>&1)
      status=$?
      case $said in
      *"can't open"*) echo "$said" ; return 1 ;;
      esac
      [ $status -lt 128 ]
    }
    read_sector() { timeout -s KILL 3 dd if="$1" of=/dev/null bs=512 count=1; }
    up_and_down() { timeout -s KILL 3 ip link set "$1" up && timeout -s KILL 3 ip link set "$1" down; }
    read_file() { timeout -s KILL 3 head -c 65536 "$1" >/dev/null; }
    # Their own errors are of no interest: many attributes refuse while there is no hardware.
    read_attributes() {
      while read -r what path; do
        case $what in
        sysfs | module | parameter | driver | network-interface)
          find "$path" "$path/" -maxdepth 1 -type f -perm -004 ! -name uevent 2>/dev/null | head -n 50
          ;;
        esac
      done </tmp/appeared | sort -u | head -n 400 >/tmp/attributes
      while read -r path; do set -- "$@" "$path"; done </tmp/attributes
      [ $# = 0 ] || timeout -s KILL 5 cat "$@" >/dev/null 2>&1
      echo "$# attributes"
    }

    exercise() {
      while read -r what path; do
        case $what in
        character-device) attempt exercise 6 "open $path" open_device "$path" ;;
        block-device) attempt exercise 6 "read $path" read_sector "$path" ;;
        network-interface) attempt exercise 6 "up ${path##*/}" up_and_down "${path##*/}" ;;
        proc) [ -f "$path" ] && attempt exercise 6 "read $path" read_file "$path" ;;
        esac
      done <<END
    $(head -n 50 /tmp/appeared)
    END
      [ -s /tmp/appeared ] && attempt exercise 10 "read attributes" read_attributes
    }

    load_all() {
      loaded=
      while read -r name; do
        [ "$1" = dependency ] && [ -d "/sys/module/$name" ] && continue
        attempt "$1" "$load_limit" "$name" insmod "/modules/$name.ko"
        [ "$code" = 0 ] && [ "$1" != dependency ] && loaded="$name $loaded"
      done <"$2"
    }
    unload_all() {
      for name in $loaded; do
        attempt "$1" "$load_limit" "$name" rmmod "$name"
        [ "$code" = 0 ] || loaded=
      done
    }

    mkfifo /tmp/answers
    exec 3<>/tmp/answers
    exec </dev/null >/dev/null 2>&1
    mark up
    load_all dependency /plan/dependencies
    mark "taint $(cat /proc/sys/kernel/tainted)"
    snapshot >/tmp/before
    load_all load /plan/modules
    sleep 0.2
    snapshot >/tmp/after
    # Lines of /tmp/after alone.
    sort /tmp/before /tmp/before /tmp/after | uniq -u | head -n 300 | name_appeared >/tmp/appeared
    [ "$exercise" = 1 ] && exercise
    unload_all unload
    sleep 0.1
    while read -r what path; do [ -e "$path" ] && mark "remain $path"; done </tmp/appeared
    if [ -n "$loaded" ]; then
      load_all load-again /plan/modules
      sleep 0.1
      unload_all unload-again
      sleep 0.1
    fi
    leave
    """#

  /// `request_module()` ends up here: what is served already is there, the rest is told.
  static let loader = """
    #!/bin/sh
    . /plan/settings
    while [ $# -gt 1 ]; do shift; done
    while read -r served; do
      [ "$served" = "$1" ] && exit 0
    done </plan/served
    echo "<5>$token request $1" >/dev/kmsg
    exit 1
    """
}
