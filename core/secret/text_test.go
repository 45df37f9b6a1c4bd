package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"aidesk/core/secret"
)

func TestText(t *testing.T) {
	t.Parallel()
	const value = "canary-4711"
	held := struct {
		Key  secret.Text
		Keys map[string]secret.Text
	}{value, map[string]secret.Text{"a": value}}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", held.Key, "held", held)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", held.Key, "held", held)
	encoded, err := json.Marshal(held)
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	shown.WriteString(log.String() + string(encoded) + fmt.Errorf("with %v: %w", held, fmt.Errorf("%s", held.Key)).Error())
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%d"} {
		shown.WriteString(fmt.Sprintf(verb, held) + fmt.Sprintf(verb, held.Key) + fmt.Sprintf(verb, &held))
	}
	if strings.Contains(shown.String(), value) || strings.Contains(shown.String(), fmt.Sprintf("%x", value)) {
		t.Errorf("the value is shown: %s", &shown)
	}
	if held.Key.Reveal() != value {
		t.Error("Reveal gives another value")
	}
}
