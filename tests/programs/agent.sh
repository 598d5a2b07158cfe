#!/bin/sh
# Draws what coding agents ask: no such agent runs in a test. Each screen has the words and the layout
# that the agents' own issue trackers show; an answer is read and told.
#
#   agent.sh boxed   a menu in a box (github.com/anthropics/claude-code/issues/156)
#   agent.sh allow   a menu with other words (github.com/openai/codex/issues/392)
#   agent.sh plain   a question on one line (github.com/Aider-AI/aider/issues/3903)

answer() {
    # A menu takes one key without its Enter.
    saved=$(stty -g)
    stty -icanon -echo
    key=$(dd bs=8 count=1 2>/dev/null | od -An -tx1 | tr -d ' \n')
    stty "$saved"
    printf '\033[?25h\r\n\033[Jkey %s\r\n' "$key"
}

for screen in "$@"; do
    case $screen in
    boxed)
        printf '\033[?25l'
        printf '\033[36m╭──────────────────────────────────────────────────────────────╮\033[0m\r\n'
        printf '\033[36m│\033[0m Bash command                                                 \033[36m│\033[0m\r\n'
        printf '\033[36m│\033[0m   rm -r build                                                \033[36m│\033[0m\r\n'
        printf '\033[36m│\033[0m                                                              \033[36m│\033[0m\r\n'
        printf '\033[36m│\033[0m Do you want to proceed?                                      \033[36m│\033[0m\r\n'
        printf '\033[36m│\033[0m \033[34m❯ 1. Yes\033[0m                                                     \033[36m│\033[0m\r\n'
        printf '\033[36m│\033[0m   2. Yes, and don'\''t ask again for rm commands                \033[36m│\033[0m\r\n'
        printf '\033[36m│\033[0m   3. No, and tell the agent what to do differently (esc)     \033[36m│\033[0m\r\n'
        printf '\033[36m╰──────────────────────────────────────────────────────────────╯\033[0m\r\n'
        answer
        ;;
    other)
        # The choice that is marked is not a plain yes.
        printf '\033[?25lDo you want to proceed?\r\n   1. Yes\r\n \033[34m❯ 2. Yes, and don'\''t ask again for rm commands\033[0m\r\n   3. No\r\n'
        answer
        ;;
    allow)
        printf '\033[?25lAllow command?\r\n\r\n  \033[34m❯ Yes (y)\033[0m\r\n    Yes, always approve this exact command for this session (a)\r\n    Edit or give feedback (e)\r\n    No, and keep going (n)\r\n'
        answer
        ;;
    plain)
        printf "touch a.txt\r\n\033[32mRun shell command? (Y)es/(N)o/(D)on't ask again [Yes]: \033[0m"
        read -r line
        printf 'answer %s\r\n' "$line"
        ;;
    esac
done
