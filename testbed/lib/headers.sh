# shellcheck shell=bash
# shellcheck disable=SC2154 # the paths come from build-kernels
# The kernel's user API headers. bookworm has no linux-libc-dev of this version, so the kernel's own
# headers_install.sh makes what that package would hold (asm/ lies beside linux/, so that one -I is enough).

# keep_headers: uses $common, $headers, $result
keep_headers() {
  local include=$result/libc-dev/usr/include
  mkdir -p "$result/headers/include"
  cp -r "$common/include/uapi" "$result/headers/include/uapi"
  install_headers "$common/include/uapi" "$include"
  install_headers "$common/arch/x86/include/uapi" "$include"
  install_headers "$headers/arch/x86/include/generated/uapi" "$include"
  install_headers "$headers/include/generated/uapi" "$include"
}

# install_headers FROM TO
install_headers() (
  cd "$1" || exit
  find . -mindepth 1 -type d -printf '%P\0' | (cd / && mkdir -p "$2" && cd "$2" && xargs -0 -r mkdir -p --)
  # headers_install.sh calls scripts/unifdef from where it is started.
  find . -name '*.h' -printf '%P\n' |
    (cd "$common" && xargs -P 2 -I '{}' sh scripts/headers_install.sh "$1/{}" "$2/{}")
)
