// SPDX-License-Identifier: GPL-2.0-or-later

import KernelModel

/// The parts of dkms 3.2 (`read_conf`, `prepare_build`, `actual_build`) that a build needs, as bash scripts: `dkms.conf`
/// is bash, and only bash says what it means.
enum DkmsScripts {
  /// `dkms-conf FILE`: prints what the file says for `$kernelver` and `$arch`, key and value in turn, each ended by NUL.
  static let evaluate = #"""
    #!/bin/bash
    exec 3>&1 >&2
    conf=$1
    set --
    put() { printf '%s\0%s\0' "$1" "$2" >&3; }
    . "$conf"
    put name "$PACKAGE_NAME"
    put version "$PACKAGE_VERSION"
    module_count=0
    for count in ${#BUILT_MODULE_NAME[@]} ${#BUILT_MODULE_LOCATION[@]} ${#DEST_MODULE_NAME[@]} \
      ${#DEST_MODULE_LOCATION[@]}; do
      ((count > module_count)) && module_count=$count
    done
    for ((index = 0; index < module_count; index++)); do
      built=${BUILT_MODULE_NAME[index]}
      [[ ! $built ]] && ((${#DEST_MODULE_LOCATION[@]} == 1)) && built=$PACKAGE_NAME
      [[ $built ]] || continue
      location=${BUILT_MODULE_LOCATION[index]}
      [[ $location && $location != */ ]] && location+=/
      put module "$location$built.ko"
    done
    make=
    [[ ${MAKE_MATCH[0]} ]] || make=${MAKE[0]}
    for ((index = 0; index < ${#MAKE[@]}; index++)); do
      [[ ${MAKE[index]} && ${MAKE_MATCH[index]} && $kernelver =~ ${MAKE_MATCH[index]} ]] && make=${MAKE[index]}
    done
    put make "${make:-make -C $kernel_source_dir M=$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION/build}"
    put pre-build "$PRE_BUILD"
    for index in "${!PATCH[@]}"; do
      [[ ${PATCH[index]} && (! ${PATCH_MATCH[index]} || $kernelver =~ ${PATCH_MATCH[index]}) ]] &&
        put patch "${PATCH[index]}"
    done
    for name in "${BUILD_DEPENDS[@]}"; do put depends "$name"; done
    [[ $BUILD_EXCLUSIVE_KERNEL && ! $kernelver =~ $BUILD_EXCLUSIVE_KERNEL ]] &&
      put exclusion "BUILD_EXCLUSIVE_KERNEL=\"$BUILD_EXCLUSIVE_KERNEL\""
    [[ $BUILD_EXCLUSIVE_ARCH && ! $arch =~ $BUILD_EXCLUSIVE_ARCH ]] &&
      put exclusion "BUILD_EXCLUSIVE_ARCH=\"$BUILD_EXCLUSIVE_ARCH\""
    [[ $OBSOLETE_BY && ! $BUILD_EXCLUSIVE_KERNEL_MAX ]] && BUILD_EXCLUSIVE_KERNEL_MAX=$OBSOLETE_BY
    version_key() { sed -E ':a; s/(^|[^0-9])([0-9]{1,2})([^0-9]|$)/\10\2\3/; ta' <<<"$1"; }
    LC_ALL=C
    [[ $BUILD_EXCLUSIVE_KERNEL_MIN && $(version_key "$kernelver") < $(version_key "$BUILD_EXCLUSIVE_KERNEL_MIN") ]] &&
      put exclusion "BUILD_EXCLUSIVE_KERNEL_MIN=\"$BUILD_EXCLUSIVE_KERNEL_MIN\""
    [[ $BUILD_EXCLUSIVE_KERNEL_MAX && $(version_key "$kernelver") > $(version_key "$BUILD_EXCLUSIVE_KERNEL_MAX") ]] &&
      put exclusion "BUILD_EXCLUSIVE_KERNEL_MAX=\"$BUILD_EXCLUSIVE_KERNEL_MAX\""
    if [[ -e $kernel_source_dir/.config ]]; then
      for option in $BUILD_EXCLUSIVE_CONFIG; do
        if [[ $option == !* ]]; then
          grep -qE "^${option#!}=[ym]" "$kernel_source_dir/.config" && put exclusion "BUILD_EXCLUSIVE_CONFIG=\"$option\""
        else
          grep -qE "^$option=[ym]" "$kernel_source_dir/.config" || put exclusion "BUILD_EXCLUSIVE_CONFIG=\"$option\""
        fi
      done
    fi
    put end ''
    """#

  /// `dkms-build JOBS KEEP-GOING PRE-BUILD MAKE PATCH…`, run in the build folder: patches, prepares and makes.
  ///
  /// dkms's `CLEAN` is left out: a stage holds nothing to clean.
  static let build = #"""
    #!/bin/bash
    jobs=$1 keep_going=$2 pre_build=$3 make_command=$4
    shift 4
    for patch; do
      if [[ ! -e patches/$patch ]]; then
        echo "dkms: error: dkms.conf names patches/$patch, which is not there"
        exit 5
      fi
      echo "dkms: applying patch $patch"
      binary=
      patch -p1 --dry-run --silent <"patches/$patch" >/dev/null 2>&1 || binary=--binary
      if ! patch -p1 --batch $binary <"patches/$patch"; then
        echo "dkms: error: patches/$patch does not apply"
        exit 6
      fi
    done
    if [[ $pre_build ]]; then
      if [[ -x ./${pre_build%% *} ]]; then
        echo "dkms: running $pre_build"
        (exec ./$pre_build) || echo "dkms: warning: the PRE_BUILD script $pre_build failed with exit $?"
      else
        echo "dkms: warning: the PRE_BUILD script ${pre_build%% *} is not executable"
      fi
    fi
    if [[ -e $kernel_source_dir/.kernelvariables ]]; then
      CC=$(printf 'show-CC:\n\t@echo $(CC)\ninclude %s\n' "$kernel_source_dir/.kernelvariables" | make -s -f - show-CC)
      export CC
    fi
    make_command=${make_command/#make/make -j$jobs \#(BuildProtocol.release)=$kernelver}
    failed=0
    if ((keep_going)); then
      # With -k the later makes of a chain are to be tried although an earlier one failed.
      shopt -s extglob
      make_command=${make_command//&&*([[:space:]])make / || failed=\$?; make }
    fi
    echo "dkms: $make_command"
    eval "{ $make_command; }" || failed=$?
    exit $failed
    """#
}
