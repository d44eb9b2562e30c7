#!/usr/bin/env bash
# Collects what the assignment asks for in assignment5.zip, or says what is missing.
#
#     bash collect_submission.sh
#
# Exit code 1, and no new zip, if a file is missing, empty, or a predictions file of the wrong
# length. Runs on bash 3.2 (macOS) and newer, from any folder.

set -euo pipefail
CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

archive=assignment5.zip
dev=birth_dev.tsv
test=birth_test_inputs.tsv
data=(wiki.txt birth_places_train.tsv "$dev" "$test")
results=( # in the order in which they can be made
    vanilla.model.params vanilla.nopretrain.dev.predictions vanilla.nopretrain.test.predictions
    vanilla.finetune.params vanilla.pretrain.dev.predictions vanilla.pretrain.test.predictions
    synthesizer.finetune.params
    synthesizer.pretrain.dev.predictions synthesizer.pretrain.test.predictions
)

# The command, or commands, that make file $1.
recipe() {
    local variant=${1%%.*} run='python src/run.py' pretrained kind=finetune
    pretrained=$variant.pretrain.params
    case $1 in
        *.model.params)
            printf '%s' "$run finetune $variant wiki.txt --writing_params_path $1" \
                " --finetune_corpus_path birth_places_train.tsv"
            ;;
        *.finetune.params)
            if [ ! -s "$pretrained" ]; then
                printf '%s' "$run pretrain $variant wiki.txt --writing_params_path $pretrained && "
            fi
            printf '%s' "$run finetune $variant wiki.txt --reading_params_path $pretrained" \
                " --writing_params_path $1 --finetune_corpus_path birth_places_train.tsv"
            ;;
        *.predictions)
            case $1 in *.nopretrain.*) kind=model ;; esac
            printf '%s' "$run evaluate $variant wiki.txt --reading_params_path" \
                " $variant.$kind.params --eval_corpus_path $(questions "$1") --outputs_path $1"
            ;;
        *) printf '%s' "git checkout -- $1" ;;
    esac
}

# The questions that predictions file $1 answers.
questions() {
    case $1 in
        *.dev.predictions) echo "$dev" ;;
        *) echo "$test" ;;
    esac
}

# Rows of question file $1; blank lines at its end are none, as in src/data/text.py.
count_questions() { LC_ALL=C awk '/[^\r]/ { n = NR } END { print n + 0 }' "$1"; }

# Lines of predictions file $1, blank ones too, and the last one without a line break too.
count_predictions() { LC_ALL=C awk 'END { print NR }' "$1"; }

wrong=0
complain() { # file, expected, got
    echo "$1: expected $2, got $3; run: $(recipe "$1")" >&2
    wrong=$((wrong + 1))
}

sources=()
while IFS= read -r file; do
    sources+=("$file")
done < <(find -H src -name '.?*' -prune -o -name '*.py' -type f -print 2>/dev/null | LC_ALL=C sort)
if [ "${#sources[@]}" -eq 0 ]; then
    complain src "the code, src/*.py" "none"
fi

for file in "${data[@]}" "${results[@]}"; do
    if [ ! -f "$file" ] || [ ! -r "$file" ]; then
        complain "$file" "a readable file" "none"
    elif [ ! -s "$file" ]; then
        complain "$file" "content" "an empty file"
    elif [[ $file = *.predictions && -s $(questions "$file") ]]; then
        asked=$(questions "$file")
        expected=$(count_questions "$asked")
        got=$(count_predictions "$file")
        if [ "$got" -ne "$expected" ]; then
            complain "$file" "$expected lines, one for each row of $asked" "$got"
        fi
    fi
done

if [ "$wrong" -gt 0 ]; then
    echo "$archive not written: $wrong to mend, in the order above" >&2
    exit 1
fi

# Written beside its place and moved there, so that it is whole or absent.
folder=$(mktemp -d "./.$archive.XXXXXX")
trap 'rm -rf "$folder"' EXIT
files=("${sources[@]}" "${data[@]}" "${results[@]}")
if command -v zip >/dev/null; then
    zip -q -X "$folder/$archive" "${files[@]}"
else
    python3 -c '
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
    for path in sys.argv[2:]:
        archive.write(path)
' "$folder/$archive" "${files[@]}"
fi
{ sync "$folder/$archive" || sync || true; } 2>/dev/null # onto the disk; older syncs take no file
mv -f "$folder/$archive" "$archive"
echo "$archive: $(($(wc -c <"$archive"))) bytes, ${#files[@]} files"
