# Completion of the vfio command's words in bash; vfio itself says what can follow.
_vfio() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = :files ]; then
      compopt -o default
    else
      COMPREPLY+=("$line")
    fi
  done < <(vfio complete "$COMP_CWORD" "${COMP_WORDS[@]}" 2>/dev/null)
}
complete -F _vfio vfio
