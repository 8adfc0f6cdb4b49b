#compdef pgiam
# Zsh completion of pgiam: commands and options are those that the command itself tells of.
local pgiam=$words[1] i help
local -a found

# The program that exec runs, and its files.
for ((i = 2; i < CURRENT; i++)); do
  if [[ $words[i] == -- ]]; then
    shift i words
    ((CURRENT -= i))
    _normal
    return
  fi
done

local -a command=($words[2])
[[ $words[2] == setup ]] && command=(setup $words[3])

if ((CURRENT == 2)); then
  found=(${(fu)"$($pgiam help 2>/dev/null | awk '$1 == "pgiam" && /^  / {print $2}')"})
  compadd -- $found
elif ((CURRENT == 3)) && [[ $words[2] == setup ]]; then
  compadd -- sql policy
elif ((CURRENT == 3)) && [[ $words[2] == odbc && $PREFIX != -* ]]; then
  compadd -- install uninstall list
elif ((CURRENT == 3)) && [[ $words[2] == ca && $PREFIX != -* ]]; then
  compadd -- show install
elif [[ $PREFIX == -* ]]; then
  help=$($pgiam help $command 2>/dev/null)
  found=(${(f)"$(print -r -- $help | grep -oE -- '^ +-[-a-zA-Z,]+' | grep -oE -- '--[a-z-]+')"})
  compadd -- $found
elif [[ $words[CURRENT-1] == --* ]]; then
  help=$($pgiam help $command 2>/dev/null)
  found=(${(s:|:)"$(print -r -- $help | grep -oE -- "$words[CURRENT-1] [a-z-]+(\|[a-z-]+)+" | head -n 1 | cut -d' ' -f2)"})
  if (($#found)); then compadd -- $found; else _files; fi
else
  _files
fi
