# SPDX-License-Identifier: BSD-2-Clause
# Bash completion of apam.  Commands and options are what `apam --help` says,
# profiles and schemes what the configuration holds; nothing is listed twice.

# The words of a section of the help: "commands:" or "options:".
_apam_help()
{
	local section=$1
	shift
	apam "$@" --help 2>/dev/null | awk -v section="$section" '
		$0 == section ":" { on = 1; next }
		/^$/ { on = 0 }
		on && section == "commands" { print $1 }
		on && section == "options" && match($0, /--[a-z-]+/) {
			print substr($0, RSTART, RLENGTH)
		}'
}

# The first column of a list.
_apam_column()
{
	apam "$@" 2>/dev/null | cut -f 1
}

# Sets $command, the first word that is no option, or, of a group, the first
# two; and $config.
_apam_scan()
{
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --config) config=(-c "${COMP_WORDS[++i]}") ;;
		-*) ;;
		keys | users) command=${COMP_WORDS[i]} ;;
		*) command=${command:+$command }${COMP_WORDS[i]}; return ;;
		esac
	done
}

_apam()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' config=() words=''
	_apam_scan
	case $prev in
	--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	-c | --config | -o | --output | --file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	esac
	case $command:$prev in
	log:--key) words=$(_apam_column "${config[@]}" keys list) ;;
	log:--profile) words=$(_apam_column "${config[@]}" list) ;;
	log:--*) return ;;
	esac
	if [ -n "$words" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		return
	fi
	case $command:$cur in
	:-*) words=$(_apam_help options) ;;
	:*) words=$(_apam_help commands) ;;
	*:-*) words=$(_apam_help options $command) ;;
	keys:*) words=$(_apam_help commands keys) ;;
	users:*) words=$(_apam_help commands users) ;;
	'users list:'*) ;;
	'users add:'*)
		mapfile -t COMPREPLY < <(compgen -u -- "$cur")
		return
		;;
	'keys list:'* | 'keys add:'*) ;;
	'keys backup:'* | 'keys recover:'*)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	'keys archive:'* | 'keys restore:'*)
		words=$(_apam_column "${config[@]}" keys list) ;;
	modules:*) words=$(_apam_column "${config[@]}" modules) ;;
	lint:*) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	explain:* | log:*) ;;
	*) words=$(_apam_column "${config[@]}" list) ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _apam apam
