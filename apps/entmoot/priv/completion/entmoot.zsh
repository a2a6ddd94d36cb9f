#compdef entmoot
# SPDX-License-Identifier: MIT
# Completion of `entmoot` for zsh: entmoot completion zsh > a file _entmoot in a folder of $fpath

_entmoot_topics() {
  local -a topics
  topics=(${(f)"$(entmoot rooms "${opt_args[--dir]:-.}" --names 2>/dev/null)"})
  # compadd takes the topics as they are: to _describe a colon would begin a description.
  (( $#topics )) && compadd -a topics
}

_entmoot() {
  local -a commands
  local state line
  typeset -A opt_args
  commands=(
    'new:make an app to start from'
    'serve:serve an app'
    'check:say what is wrong with an app, and start nothing'
    "test:run an app's tests"
    'rooms:list the rooms of the running server'
    'console:open a prompt in the running server'
    'eval:evaluate an expression in a live room'
    "reload:let rooms go on in the code on the disk"
    'completion:print what a shell needs to complete these words'
  )

  _arguments -C '--help[say what there is]' '--version[say which version this is]' '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
        new) _arguments '--help[say how]' '1:folder:_directories' ;;
        serve)
          _arguments '--help[say how]' '--watch[let rooms go on in new code when a file is saved]' \
            '--port[port to listen on]:port:' '--address[address to listen on]:address:(127.0.0.1 0.0.0.0 \:\:1 \:\:)' \
            '--log[what to log]:level:(trace debug info warn error off)' '1:app:_directories'
          ;;
        test) _arguments '--help[say how]' "--only[tests with this in their names]:text:" '1:app or test:_files' ;;
        check | console | reload) _arguments '--help[say how]' '1:app:_directories' ;;
        rooms) _arguments '--help[say how]' '(--names)--json[as JSON]' '(--json)--names[topics alone]' '1:app:_directories' ;;
        eval)
          _arguments '--help[say how]' "--dir[the app's folder]:app:_directories" '1:topic:_entmoot_topics' \
            '2:expression:'
          ;;
        completion) _arguments '--help[say how]' '1:shell:(bash zsh)' ;;
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _entmoot ]]; then _entmoot "$@"; else compdef _entmoot entmoot; fi
