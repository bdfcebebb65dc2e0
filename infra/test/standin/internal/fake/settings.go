// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Settings is what a test asks of the stand-in, as JSON in a file standin.json: beside the terraformrc that install
// wrote, or beside the binary. The variable STANDIN_CONFIG names another file. No file: nothing asked.
type Settings struct {
	// Fail lists operations that end in an error.
	Fail []Failure `json:"fail"`
	// Drift is what a refresh finds: by the type of a resource, or by type and id as "aws_vpc/vpc-1"; null: it is gone.
	Drift map[string]map[string]any `json:"drift"`
	// Log names a file that gets a line of JSON for each operation. The variable STANDIN_LOG comes first.
	Log string `json:"log"`
	// Large serves every type, also the large ones that no configuration at hand names.
	Large bool `json:"large"`

	mu sync.Mutex
}

// A Failure is an operation that fails: create, update, delete, read, plan, data or open.
type Failure struct {
	Operation string `json:"operation"`
	Type      string `json:"type"`
	Match     string `json:"match"`   // only objects in whose attributes this text occurs
	Message   string `json:"message"` // what the error says
}

func readSettings(dir string) (*Settings, error) {
	s := &Settings{}
	// The binary is at ROOT/registry.terraform.io/hashicorp/aws/VERSION/OS_ARCH.
	files := []string{filepath.Join(dir, "..", "..", "..", "..", "..", "standin.json"), filepath.Join(dir, "standin.json")}
	if file := os.Getenv("STANDIN_CONFIG"); file != "" {
		files = []string{file}
	}
	for _, file := range files {
		data, err := os.ReadFile(file) //nolint:gosec // the tester says which file
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		decoder := json.NewDecoder(strings.NewReader(string(data)))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(s); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if file := os.Getenv("STANDIN_LOG"); file != "" {
		s.Log = file
	}
	return s, nil
}

// failure is the message of the first failure asked for that is this one, or "".
func (s *Settings) failure(operation, typ, attributes string) string {
	for _, f := range s.Fail {
		if f.Operation == operation && (f.Type == typ || f.Type == "*") && strings.Contains(attributes, f.Match) {
			return f.Message
		}
	}
	return ""
}

// log writes a line of what was done, if a test asked for it.
func (s *Settings) log(operation, typ, id string) {
	if s.Log == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.OpenFile(s.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return // a log that cannot be written shows in the test that reads it
	}
	defer f.Close()
	line, err := json.Marshal(map[string]string{"operation": operation, "type": typ, "id": id})
	if err == nil {
		fmt.Fprintln(f, string(line))
	}
}

// sources is the text of the configuration at hand: Terraform starts a provider in the folder of the root module, and
// lists the folders of all modules in its data folder.
func sources() []byte {
	dirs := map[string]bool{".": true}
	dataDir := os.Getenv("TF_DATA_DIR")
	if dataDir == "" {
		dataDir = ".terraform"
	}
	data, err := os.ReadFile(filepath.Join(dataDir, "modules", "modules.json")) //nolint:gosec // Terraform's own variable
	if err == nil {
		var manifest struct {
			Modules []struct{ Dir string }
		}
		if json.Unmarshal(data, &manifest) == nil {
			for _, m := range manifest.Modules {
				dirs[m.Dir] = true
			}
		}
	}
	var text []byte
	for dir := range dirs {
		files, _ := filepath.Glob(filepath.Join(dir, "*.tf"))
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err == nil {
				text = append(text, data...)
			}
		}
	}
	return text
}
