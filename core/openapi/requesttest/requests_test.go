package requesttest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// verdict is what the oracle says of one attempt.
type verdict struct {
	Line   int      `json:"line"`
	OK     bool     `json:"ok"`
	Faults []string `json:"faults"`
}

func TestRequests(t *testing.T) {
	corpora := os.Getenv("AIDESK_CORPORA")
	if corpora == "" || os.Getenv("AIDESK_ORACLE") == "" {
		t.Skip("run by make test-requests, with AIDESK_CORPORA")
	}
	var all []attempt
	for corpus, folder := range map[string]string{"plugins": "plugins/specs", "vendors": "specs"} {
		files, err := filepath.Glob(filepath.Join(corpora, folder, "*.*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if filepath.Base(f) == "index.json" {
				continue
			}
			got, err := attempts(t.Context(), corpora, corpus, filepath.Join(folder, filepath.Base(f)))
			if err != nil {
				t.Error(err)
			}
			all = append(all, got...)
		}
	}
	var lines bytes.Buffer
	for _, a := range all {
		line, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	if os.Getenv("KEEP") != "" {
		os.WriteFile(os.Getenv("KEEP"), lines.Bytes(), 0o600)
	}
	oracle := exec.CommandContext(t.Context(), "node", "testdata/oracle/check.mjs", corpora)
	oracle.Stdin, oracle.Stderr = &lines, os.Stderr
	out, err := oracle.Output()
	if err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		var v verdict
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
	}
}
