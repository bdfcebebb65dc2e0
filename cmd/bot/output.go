package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
)

// write puts data into a file, or on standard output for "" and "-".
func (b *bot) write(name string, data []byte) error {
	if name == "" || name == "-" {
		_, err := b.out.Write(data)
		return err
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// outputs sets the step's outputs. A random delimiter keeps a value from ending its own block.
// Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
func (b *bot) outputs(values map[string]string) error {
	if b.env.OutputPath == "" {
		return nil
	}
	var text strings.Builder
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		random := make([]byte, 16)
		if _, err := rand.Read(random); err != nil {
			return err
		}
		delimiter := "ghadelimiter_" + hex.EncodeToString(random)
		fmt.Fprintf(&text, "%s<<%s\n%s\n%s\n", name, delimiter, values[name], delimiter)
	}
	return appendFile(b.env.OutputPath, text.String())
}

// summary adds to the job's summary page.
func (b *bot) summary(text string) error {
	if b.env.SummaryPath == "" {
		return nil
	}
	return appendFile(b.env.SummaryPath, b.redactor.String(text))
}

func appendFile(name, text string) (err error) {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	_, err = f.WriteString(text)
	return err
}
