# SPDX-License-Identifier: MIT
# Completion of `entmoot` for bash: entmoot completion bash > ~/.local/share/bash-completion/completions/entmoot

_entmoot() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command= topic= dir=. i
  COMPREPLY=()

  # The command, its first argument, and the app's folder if given.
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --dir) dir=${COMP_WORDS[i + 1]-.}; ((i++)) ;;
      --port | --address | --log | --log-format | --set | --data | --last | --at | --until) ((i++)) ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=${COMP_WORDS[i]}; elif [[ -z $topic ]]; then topic=${COMP_WORDS[i]}; fi ;;
    esac
  done

  case $before in
    --log-format) COMPREPLY=($(compgen -W "text json" -- "$word")); return ;;
    --log) COMPREPLY=($(compgen -W "trace debug info warn error off" -- "$word")); return ;;
    --address) COMPREPLY=($(compgen -W "127.0.0.1 0.0.0.0 ::1 ::" -- "$word")); return ;;
    --port | --last | --at | --set) return ;;
    --until) COMPREPLY=($(compgen -W "error" -- "$word")); return ;;
    --dir | --data) compopt -o filenames; COMPREPLY=($(compgen -d -- "$word")); return ;;
  esac

  if [[ $word == -* ]]; then
    local options="--help"
    case $command in
      "") options+=" --version" ;;
      serve) options+=" --watch --port --address --data --log --log-format --set" ;;
      check) options+=" --data" ;;
      config) options+=" --set --json" ;;
      rooms) options+=" --json --names --stored" ;;
      eval | backup) options+=" --dir" ;;
      export | forget | restore) options+=" --dir --data" ;;
      history) options+=" --dir --data --json --last" ;;
      replay) options+=" --dir --data --at --until" ;;
      test) options+=" --only" ;;
    esac
    COMPREPLY=($(compgen -W "$options" -- "$word"))
    return
  fi

  case $command in
    "") COMPREPLY=($(compgen -W "new serve check config doctor test rooms console eval reload metrics history backup restore export forget replay completion" -- "$word")) ;;
    completion) COMPREPLY=($(compgen -W "bash zsh" -- "$word")) ;;
    test) compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")) ;;
    new | serve | check | config | doctor | rooms | console | reload | metrics) compopt -o filenames; COMPREPLY=($(compgen -d -- "$word")) ;;
    backup | restore) compopt -o filenames; COMPREPLY=($(compgen -d -- "$word")) ;;
    eval | history | export | forget | replay)
      # Topics contain a colon, which bash treats as a word break; the match is made on the whole text.
      local line=${COMP_LINE:0:COMP_POINT} names name
      line=${line##*[[:space:]]}
      names=$(entmoot rooms "$dir" --names 2>/dev/null) || return
      [[ -n $topic && $topic != "${line%%:*}" ]] && return
      while IFS= read -r name; do
        [[ $name == "$line"* ]] && COMPREPLY+=("$(printf %q "$name")")
      done <<<"$names"
      # Bash keeps the text up to the last colon, so it is removed from the replies.
      if [[ $line == *:* && $COMP_WORDBREAKS == *:* ]]; then
        local kept=${line%"${line##*:}"}
        for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$kept"}; done
      fi
      ;;
  esac
}

complete -F _entmoot entmoot
