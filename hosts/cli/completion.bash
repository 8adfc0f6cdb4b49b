# Bash completion of pgiam: commands and options are those that the command itself tells of.
_pgiam_choices() { # WORD: what the help of an option or an argument says that it may be
  grep -oE -- "--$1 [a-z-]+(\|[a-z-]+)+" | head -n 1 | cut -d' ' -f2 | tr '|' ' '
}

_pgiam() {
  local pgiam=$1 current=$2 previous=$3 command words="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${COMP_WORDS[i]} == -- ]] || continue
    # The program that exec runs, and its files.
    if ((i == COMP_CWORD - 1)); then mapfile -t COMPREPLY < <(compgen -c -- "$current"); fi
    return
  done
  command=${COMP_WORDS[1]-}
  if [[ $command == setup ]]; then command="setup ${COMP_WORDS[2]-}"; fi
  if ((COMP_CWORD == 1)); then
    words=$("$pgiam" help 2>/dev/null | awk '$1 == "pgiam" && /^  / {print $2}' | sort -u)
  elif ((COMP_CWORD == 2)) && [[ ${COMP_WORDS[1]} == setup ]]; then
    words="sql policy"
  elif ((COMP_CWORD == 2)) && [[ $command == odbc && $current != -* ]]; then
    words="install uninstall list"
  elif ((COMP_CWORD == 2)) && [[ $command == ca && $current != -* ]]; then
    words="show install"
  elif [[ $current == -* ]]; then
    # shellcheck disable=SC2086
    words=$("$pgiam" help $command 2>/dev/null | grep -oE -- '^ +-[-a-zA-Z,]+' | grep -oE -- '--[a-z-]+')
  elif [[ $previous == --* ]]; then
    # shellcheck disable=SC2086
    words=$("$pgiam" help $command 2>/dev/null | _pgiam_choices "${previous#--}")
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o default -F _pgiam pgiam
