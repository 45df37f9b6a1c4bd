package modeltest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aidesk/core/model"
)

// piece is what a slow server sends, and when.
type piece struct {
	after time.Duration
	bytes string
}

// slow is a transport whose server takes its time.
type slow struct {
	headers time.Duration
	pieces  []piece
	hang    bool // do not end the answer
}

// RoundTrip answers like a server.
func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	if err := sleep(r.Context(), s.headers); err != nil {
		return nil, err
	}
	body, w := io.Pipe()
	go func() {
		for _, p := range s.pieces {
			if err := sleep(r.Context(), p.after); err != nil {
				_ = w.CloseWithError(err)
				return
			}
			_, _ = io.WriteString(w, p.bytes)
		}
		if s.hang {
			<-r.Context().Done()
			_ = w.CloseWithError(r.Context().Err())
		}
		_ = w.Close()
	}()
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: body, Request: r}, nil
}

// sleep waits on the clock of the test's bubble.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// RunClocks holds a wire against servers that take their time.
func RunClocks(t *testing.T, d Dialect, open Open) {
	t.Helper()
	const text = "hey "
	events := d.speak(Spoken{Text: []string{text, text, text, text}}, Query{})
	first := 0
	for !strings.Contains(encode(events[first]), text) {
		first++
	}
	begin, word, end := d.frames(events[:first]), d.frames(events[first:first+1]), d.frames(events[first+4:])
	last := d.frames(events[len(events)-1:])
	steady := func(n int, after time.Duration) []piece {
		list := []piece{{after, begin + word}}
		for range n - 1 {
			list = append(list, piece{after, word})
		}
		return list
	}
	tests := []struct {
		name string
		slow slow
		kind model.Kind // "": it answers
		took time.Duration
	}{
		{"no headers", slow{headers: time.Hour}, model.Network, 30 * time.Second},
		{"no first byte", slow{headers: 20 * time.Second, hang: true}, model.Network, 30 * time.Second},
		{"idle", slow{pieces: []piece{{20 * time.Second, begin + word}}, hang: true}, model.Truncated, 50 * time.Second},
		{"slow but steady", slow{pieces: append(steady(4, 25*time.Second), piece{10 * time.Second, end})}, "", 110 * time.Second},
		{"for ever", slow{pieces: steady(100, 20*time.Second)}, model.Truncated, 120 * time.Second},
		{"comments are a sign of life", slow{pieces: []piece{{20 * time.Second, ": x\n\n"}, {25 * time.Second, begin + word}, {time.Second, end}}}, "", 46 * time.Second},
		{"never closed", slow{pieces: []piece{{time.Second, begin + word + end}}, hang: true}, "", 3 * time.Second},
		{"the end late", slow{pieces: []piece{{time.Second, strings.TrimSuffix(begin+word+end, last)}, {time.Second, last}}}, "", 2 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				response, err := open.behind(test.slow).Generate(t.Context(), Small(), nil)
				if took := time.Since(start); took != test.took {
					t.Errorf("it took %s, want %s", took, test.took)
				}
				fault, _ := errors.AsType[*model.Error](err)
				switch {
				case test.kind == "" && (err != nil || !strings.HasPrefix(response.Message.TextOf(), text)):
					t.Errorf("got %+v, %v", response, err)
				case test.kind != "" && (fault == nil || fault.Kind != test.kind || response != nil):
					t.Errorf("got %+v, %v, want %s", response, err, test.kind)
				}
			})
		})
	}
	t.Run("nobody waits any more", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			m := open.behind(slow{pieces: []piece{{time.Second, begin + word}}, hang: true})
			response, err := m.Generate(ctx, Small(), func(model.Event) { cancel() })
			if !errors.Is(err, context.Canceled) || response != nil {
				t.Errorf("got %+v, %v", response, err)
			}
		})
	})
}
