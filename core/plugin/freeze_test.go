package plugin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"aidesk/core/plugin"
	"aidesk/core/policy"
)

// freeze freezes the plugin, or everything where the id is empty.
func freeze(t *testing.T, r *plugin.Registry, id string, what policy.Frozen) {
	t.Helper()
	record, changed, err := r.Freeze(t.Context(), place, id, plugin.Freeze{What: what, Stamp: plugin.Stamp{By: "U1", At: time.Now()}})
	if err == nil && changed {
		_, err = r.Records.Put(t.Context(), record)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestFrozen: nothing leaves that is frozen, and what is frozen elsewhere is free here.
func TestFrozen(t *testing.T) {
	for _, test := range []struct {
		name        string
		id          string // of what is frozen; "self": the plugin
		what        policy.Frozen
		read, write bool
	}{
		{"all of it", "self", policy.FrozenAll, false, false},
		{"its writes", "self", policy.FrozenWrites, true, false},
		{"everything", "", policy.FrozenAll, false, false},
		{"all writes", "", policy.FrozenWrites, true, false},
		{"another", "other.example", policy.FrozenAll, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, r, p, read, write := ready(t)
			id := strings.Replace(test.id, "self", p.ID, 1)
			freeze(t, r, id, test.what)
			for c, free := range map[*plugin.Call]bool{&read: test.read, &write: test.write} {
				out, err := r.Send(t.Context(), place, p, *c)
				if (err == nil) != free || !free && (out.Sent != plugin.Unsent || !strings.Contains(err.Error(), "frozen by an administrator")) {
					t.Errorf("%s came to %+v, %v", c.Operation, out, err)
				}
				elsewhere := place
				elsewhere.Workspace = "W2"
				if _, err := r.Send(t.Context(), elsewhere, p, *c); err != nil {
					t.Errorf("%s in another workspace: %v", c.Operation, err)
				}
			}
			freeze(t, r, id, policy.FrozenNothing)
			if _, err := r.Send(t.Context(), place, p, read); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFrozenInFlight: a read ends within a second and is not tried again; a write that the
// plugin has comes to its end.
func TestFrozenInFlight(t *testing.T) {
	h, r, p, read, write := ready(t)
	came, let := make(chan string, 4), make(chan struct{})
	h.answers(func(w http.ResponseWriter, r *http.Request) {
		came <- r.Method
		if r.Method == http.MethodGet {
			<-r.Context().Done()
			return
		}
		<-let
		_, _ = w.Write([]byte(`{"id":7}`))
	})
	type end struct {
		plugin.Outcome
		err  error
		took time.Duration
	}
	var frozen time.Time
	send := func(c plugin.Call) chan end {
		done := make(chan end, 1)
		go func() {
			out, err := r.Send(t.Context(), place, p, c)
			done <- end{out, err, time.Since(frozen)}
		}()
		<-came
		return done
	}
	reading, writing := send(read), send(write)
	frozen = time.Now()
	freeze(t, r, p.ID, policy.FrozenAll)
	got := <-reading
	if got.err != nil || got.Status == "ok" || got.Code != "frozen" || !strings.Contains(got.Message, "is frozen by an administrator") || got.took > time.Second {
		t.Errorf("after %s the read came to %+v, %v", got.took, got.Outcome, got.err)
	}
	select {
	case got := <-writing:
		t.Errorf("the write was torn: %+v, %v", got.Outcome, got.err)
	case <-time.After(3 * time.Second / 10):
	}
	close(let)
	if got := <-writing; got.err != nil || got.Status != "ok" || got.Sent != plugin.Answered {
		t.Errorf("the write came to %+v, %v", got.Outcome, got.err)
	}
	if n := len(h.calls()); n != 2 {
		t.Errorf("%d calls: %q", n, h.calls())
	}
}
