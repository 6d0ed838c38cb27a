# shellcheck shell=bash
# shellcheck disable=SC2154 # the paths come from build-kernels
# Builds modules against the unpacked headers and gathers, uncompressed, those the VM loads. For each kind of kernel:
#   result/KIND/modules/*.ko
#   result/KIND/load.LIST   their names in the order to load them

# build_modules KIND LIST...: with kernel/KIND.config, kernel/KIND.Kbuild, kernel/modules.LIST; uses $work, $unpacked, $headers, $result
build_modules() {
  local kind=$1 list tree=$work/tree-$1
  cp -r "$work/source" "$tree"
  cp "$testbed/kernel/$kind.Kbuild" "$tree/Kbuild"
  [ "$kind" != cdev ] || add_span_iterator "$tree"
  make_modules "$kind" "$tree"
  mkdir -p "$result/$kind/modules"
  for list in "${@:2}"; do
    gather "$kind" "$list" "$testbed/kernel/modules.$list"
  done
}

make_modules() {
  local kind=$1 tree=$2 option options=() defines=''
  mapfile -t options < <(grep '^CONFIG_' "$testbed/kernel/$kind.config")
  # The image's autoconf.h knows nothing of these options, so the C code gets them as the compiler's.
  for option in "${options[@]}"; do
    case $option in
      *=y) defines+=" -D${option%=y}=1" ;;
      *=m) defines+=" -D${option%=m}_MODULE=1" ;;
    esac
  done
  # An empty BTF option: no pahole needed.
  make -C "$headers" M="$tree" -j2 "${options[@]}" KCFLAGS="$defines" CONFIG_DEBUG_INFO_BTF_MODULES= modules
  find "$tree" -name '*.ko' -exec strip --strip-debug {} +
}

# add_span_iterator TREE: the image lacks lib/interval_tree.c's span iterator; iommufd gets a copy of its own
add_span_iterator() {
  local iommufd=$1/drivers/iommu/iommufd
  sed '/^INTERVAL_TREE_DEFINE/,/^EXPORT_SYMBOL_GPL(interval_tree_iter_next)/d' \
    "$1/lib/interval_tree.c" >"$iommufd/span_iterator.c"
  echo 'iommufd-y += span_iterator.o' >>"$iommufd/Makefile"
}

# gather KIND LIST FILE: every module named in FILE, after what it depends on, unless it is there already
gather() {
  local name
  while read -r name; do
    gather_module "$1" "$2" "$name"
  done <"$3"
}

gather_module() {
  local kind=$1 list=$2 name=${3//-/_} found target dependency
  target=$result/$kind/modules/$name.ko
  [ ! -e "$target" ] || return 0
  found=$(find_module "$work/tree-$kind" "$name")
  if [ -n "$found" ]; then
    cp "$found" "$target"
  else
    found=$(find_module "$unpacked/lib/modules" "$name")
    if [ -z "$found" ]; then
      is_built_in "$name" || { echo "there is no module $name" >&2 && return 1; }
      return 0
    fi
    case $found in
      *.xz) xz -dc "$found" >"$target" ;;
      *) cp "$found" "$target" ;;
    esac
  fi
  for dependency in $(module_dependencies "$target"); do
    gather_module "$kind" "$list" "$dependency"
  done
  echo "$name" >>"$result/$kind/load.$list"
}

# find_module FOLDER NAME: a module's file may have dashes where its name has underscores
find_module() {
  find "$1" \( -name "${2//_/[-_]}.ko" -o -name "${2//_/[-_]}.ko.xz" \) -print -quit
}

# is_built_in NAME: what one series has as a module is part of the image in another
is_built_in() {
  grep -qE "/${1//_/[-_]}\.ko\$" "$unpacked"/lib/modules/*/modules.builtin
}

module_dependencies() {
  tr '\0' '\n' <"$1" | sed -n 's/^depends=//p' | tr ',' ' '
}
