// SPDX-License-Identifier: Apache-2.0

package scripts_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// shown are the variables of a call that are written down: as they are, or, of a secret, by digest.
var shown = []string{"ACR_USERNAME", "ACR_PASSWORD", "TF_VAR_acr_username", "TF_VAR_acr_password", "AWS_PROFILE"}

// stub is each of the programs that the scripts call. It appends its arguments and what is shown of its environment to
// the file calls, its parent's command line to the file parents, and answers by the file answers-PROGRAM, whose rows are
//
//	WORDS => ANSWER
//
// The first row counts whose words all stand among the arguments, in that order. The answer is printed; "!N TEXT" is an exit
// code and what is said on standard error. A call that no row is for fails, and says so.
func stub() {
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	dir := os.Getenv("STUBS")
	note(filepath.Join(dir, "calls"), called(name, args))
	if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", os.Getppid())); err == nil { // macOS has none
		note(filepath.Join(dir, "parents"), strings.ReplaceAll(string(line), "\x00", " ")+"\n")
	}
	rows, err := os.ReadFile(filepath.Join(dir, "answers-"+name))
	if err != nil {
		fatal(97, "%s has no answers: %v", name, err)
	}
	for row := range strings.Lines(string(rows)) {
		words, answer, ok := strings.Cut(strings.TrimSuffix(row, "\n"), "=>")
		if !ok || !among(strings.Fields(words), args) {
			continue
		}
		answer = strings.ReplaceAll(strings.TrimSpace(answer), `\n`, "\n")
		if failure, ok := strings.CutPrefix(answer, "!"); ok {
			code, text, _ := strings.Cut(failure, " ")
			n, err := strconv.Atoi(code)
			if err != nil {
				fatal(97, "%q is no exit code", code)
			}
			fatal(n, "%s", text)
		}
		fmt.Print(answer)
		return
	}
	fatal(97, "%s has no answer for %q", name, args)
}

// among reports whether all words stand among args, in their order.
func among(words, args []string) bool {
	for _, arg := range args {
		if len(words) > 0 && arg == words[0] {
			words = words[1:]
		}
	}
	return len(words) == 0
}

// called is what is written down of a call.
func called(name string, args []string) string {
	text := name + " " + strings.Join(args, " ") + "\n"
	for _, variable := range shown {
		if value, ok := os.LookupEnv(variable); ok {
			text += digest(variable, value)
		}
	}
	return text
}

// digest is the row of a variable that a call had: not its value, which may stand nowhere.
func digest(variable, value string) string {
	return fmt.Sprintf("  %s: %x\n", variable, sha256.Sum256([]byte(value)))
}

// note appends a text to a file.
func note(file, text string) {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		fatal(97, "%v", err)
	}
	if _, err := f.WriteString(text); err != nil {
		fatal(97, "%v", err)
	}
	if err := f.Close(); err != nil {
		fatal(97, "%v", err)
	}
}

func fatal(code int, format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(code)
}
