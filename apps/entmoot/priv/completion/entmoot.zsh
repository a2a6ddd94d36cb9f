#compdef entmoot
# SPDX-License-Identifier: MIT
# Completion of `entmoot` for zsh: entmoot completion zsh > a file _entmoot in a folder of $fpath

_entmoot_topics() {
  local -a topics
  topics=(${(f)"$(entmoot rooms "${opt_args[--dir]:-.}" --names 2>/dev/null)"})
  # compadd takes topics literally; _describe treats a colon as the start of a description.
  (( $#topics )) && compadd -a topics
}

_entmoot() {
  local -a commands
  local state line
  typeset -A opt_args
  commands=(
    'new:create a starter app'
    'serve:serve an app'
    "check:report an app's errors without starting it"
    'config:print the settings in effect'
    'doctor:check the machine and the configuration'
    "test:run an app's tests"
    'rooms:list the rooms of the running server'
    'console:open a prompt in the running server'
    'eval:evaluate an expression in a running room'
    "metrics:print the running server's metrics"
    'history:list the inputs of a durable room'
    'backup:copy the data of durable rooms'
    'restore:use a copy of the data of durable rooms again'
    'export:print everything that is stored of a durable room'
    'forget:delete everything that is stored of a durable room'
    'replay:open a prompt in a copy of a durable room as it was'
    "reload:reload the running server's rooms from disk"
    "completion:print a shell's completion script"
  )

  _arguments -C '--help[print help]' '--version[print the version]' '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
        new) _arguments '--help[print help]' '1:folder:_directories' ;;
        serve)
          _arguments '--help[print help]' '--watch[reload rooms whenever a file is saved]' \
            '--port[port to listen on]:port:' '--address[address to listen on]:address:(127.0.0.1 0.0.0.0 \:\:1 \:\:)' \
            '--data[folder of the data of durable rooms]:folder:_directories' \
            '--log-format[format of the log]:format:(text json)' '*--set[a setting over that of the configuration]:setting:' \
            '--log[log level]:level:(trace debug info warn error off)' '1:app:_directories'
          ;;
        config) _arguments '--help[print help]' '*--set[a setting over that of the configuration]:setting:' '--json[print JSON]' '1:app:_directories' ;;
        test) _arguments '--help[print help]' "--only[run only tests whose names contain this]:text:" '1:app or test:_files' ;;
        check) _arguments '--help[print help]' '--data[try each durable room in this code]' '1:app:_directories' ;;
        console | reload | metrics | doctor) _arguments '--help[print help]' '1:app:_directories' ;;
        rooms) _arguments '--help[print help]' '(--names)--json[print JSON]' '(--json --stored)--names[print topics only]' '(--names)--stored[list what is stored of durable rooms]' '1:app:_directories' ;;
        eval)
          _arguments '--help[print help]' "--dir[the app's folder]:app:_directories" '1:topic:_entmoot_topics' \
            '2:expression:'
          ;;
        history)
          _arguments '--help[print help]' "--dir[the app's folder]:app:_directories" '--data[folder of the data]:folder:_directories' \
            '--json[print JSON lines]' '--last[only the last ones, so many]:number:' '1:topic:_entmoot_topics'
          ;;
        backup) _arguments '--help[print help]' "--dir[the app's folder]:app:_directories" '1:folder:_directories' ;;
        restore)
          _arguments '--help[print help]' "--dir[the app's folder]:app:_directories" '--data[folder of the data]:folder:_directories' \
            '1:folder:_directories'
          ;;
        export | forget)
          _arguments '--help[print help]' "--dir[the app's folder]:app:_directories" '--data[folder of the data]:folder:_directories' \
            '1:topic:_entmoot_topics'
          ;;
        replay)
          _arguments '--help[print help]' "--dir[the app's folder]:app:_directories" '--data[folder of the data]:folder:_directories' \
            '(--until)--at[after this input]:offset:' '(--at)--until[before the first error]:what:(error)' '1:topic:_entmoot_topics'
          ;;
        completion) _arguments '--help[print help]' '1:shell:(bash zsh)' ;;
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _entmoot ]]; then _entmoot "$@"; else compdef _entmoot entmoot; fi
