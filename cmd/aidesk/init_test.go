package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInitInterrupted: who is asked can leave, and nothing is written.
func TestInitInterrupted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.yaml")
	in, typing := io.Pipe()
	defer typing.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var errs bytes.Buffer
	if code := run(ctx, []string{"init", "--config", path}, in, io.Discard, &errs); code != exitFailure || strings.TrimSpace(errs.String()) != "aidesk: interrupted" {
		t.Errorf("exit code %d: %s", code, errs.String())
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it wrote a file")
	}
}
