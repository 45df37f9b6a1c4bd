//go:build unix

package crashtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	fakediscord "aidesk/adapters/fake/discord"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/adapters/slack/setup"
	"aidesk/bots/command"
)

// world is everything around the program in one round.
type world struct {
	t       *testing.T
	dice    *dice
	dir     string // of the configuration, the logs and, unless the round has a disk of its own, the store
	store   string // the store's file
	binary  string
	rates   rates
	faulty  atomic.Bool // the platforms, the model and the plugin misbehave
	clock   *platformClock
	disk    *disk // nil: the machine's own
	wire    *wire
	slack   *fakeslack.Slack
	discord *fakediscord.Discord
	model   *model
	plugin  *plugin
	flying  atomic.Int64 // requests to the platforms that are not done yet, whoever asked may be dead
	stepped atomic.Int64 // by how much our clock is wrong
	asked   atomic.Int64 // questions
	starts  int
}

// rates say how often something goes wrong while faults are on, of one request.
type rates struct {
	lost    float64 // the connection ends before anything is done
	unheard float64 // the connection ends after it is done
	refused float64 // status 500
	limited float64 // status 429
	hung    float64 // the answer takes seconds
	outage  float64 // of the model: all requests fail for a second
}

// dice are random numbers for several goroutines.
type dice struct {
	mu sync.Mutex
	r  *rand.Rand
}

func newDice(seed uint64, name string) *dice {
	second := uint64(14695981039346656037)
	for _, b := range []byte(name) {
		second = (second ^ uint64(b)) * 1099511628211
	}
	return &dice{r: rand.New(rand.NewPCG(seed, second))}
}

func (d *dice) share() float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.Float64()
}

func (d *dice) between(least, most time.Duration) time.Duration {
	return least + time.Duration(d.share()*float64(most-least))
}

// platformClock is the time at the platforms, which differs from ours. Their pauses between
// deliveries are a hundredth of what they are.
type platformClock struct{ ahead, passed atomic.Int64 }

func (c *platformClock) Now() time.Time {
	return time.Now().Add(time.Duration(c.ahead.Load() + c.passed.Load()))
}

// stamp is the time in signatures. The program checks it by the machine's clock, which no
// step moves.
func (c *platformClock) stamp() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *platformClock) Timer(d time.Duration) (<-chan time.Time, func()) {
	if d > 3*time.Second {
		d /= 100
	}
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// newWorld starts all that the program talks to.
func newWorld(t *testing.T, binary, dir string, seed uint64, r *round) *world {
	t.Helper()
	w := &world{t: t, dice: newDice(seed, r.name), dir: dir, store: filepath.Join(dir, "aidesk.db"), binary: binary, rates: r.rates, clock: &platformClock{}}
	if r.disk {
		w.disk = newDisk(t, dir)
		w.store = filepath.Join(w.disk.point, "aidesk.db")
	}
	w.wire = newWire(w)
	w.model, w.plugin = newModel(w), newPlugin(w)
	manifest, err := setup.Manifest(slack.ModeSocket, "", command.Table)
	if err != nil {
		t.Fatal(err)
	}
	app, err := fakeslack.ParseManifest(manifest)
	if err != nil {
		t.Fatal(err)
	}
	if r.blind { // direct messages are not even delivered without theirs
		app.Scopes = slices.DeleteFunc(app.Scopes, func(scope string) bool { return scope != "im:history" && strings.HasSuffix(scope, ":history") })
	}
	w.serve(func(url string) (http.Handler, func()) {
		w.slack = fakeslack.New(fakeslack.Config{
			URL: url, App: app.WithHTTP("http://aidesk.example"), Clock: w.clock, Stamp: w.clock.stamp, Client: &http.Client{Transport: w.wire},
			Misbehave: w.slackFault,
		})
		return w.slack, w.slack.Close
	})
	w.serve(func(url string) (http.Handler, func()) {
		w.discord = fakediscord.New(fakediscord.Config{URL: url, Clock: w.clock, Stamp: w.clock.stamp, Misbehave: w.discordFault})
		return w.discord, w.discord.Close
	})
	w.configure()
	return w
}

// serve serves a platform on loopback until the test ends. A request is worked a little after
// it came, also when whoever sent it has died meanwhile: so do requests that are on their way.
func (w *world) serve(platform func(url string) (handler http.Handler, end func())) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	handler, end := platform("http://" + listener.Addr().String())
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			handler.ServeHTTP(out, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // it never came whole
		}
		w.flying.Add(1)
		defer w.flying.Add(-1)
		w.pass(w.dice.between(0, w.delay()))
		r = r.WithContext(context.WithoutCancel(r.Context()))
		r.Body = io.NopCloser(bytes.NewReader(body))
		handler.ServeHTTP(out, r)
	}))
	server.Listener.Close()
	server.Listener = listener
	server.Start()
	w.t.Cleanup(func() {
		end()
		server.CloseClientConnections()
		server.Close()
	})
}

// delay is the longest that a request is on its way.
func (w *world) delay() time.Duration {
	if w.faulty.Load() {
		return 30 * time.Millisecond
	}
	return time.Millisecond
}

// configure writes the program's configuration.
func (w *world) configure() {
	text := fmt.Sprintf(`store: {url: "bolt:%s"}
http: {listen: "127.0.0.1:0", public_url: "http://127.0.0.1"}
models: {main: {provider: openai-chat, model: m, base_url: %q}}
limits: {turns_per_member_hour: 1000000000, tokens_per_day: 1000000000000000}
previews: {mode: "off"}
bots:
  - name: desk
    model: main
    slack: {mode: http, bot_token: %s, signing_secret: %s, api_base_url: %q}
    discord: {token: %s, api_base_url: %q}
    access: {channels: [%q, %q]}
    plugins: [{source: %q, default: true}]
`, w.store, w.model.URL+"/v1", fakeslack.BotToken, fakeslack.SigningSecret, w.slack.APIURL(), fakediscord.Token, w.discord.APIURL(), fakeslack.General, fakediscord.General, w.plugin.URL)
	if err := os.WriteFile(filepath.Join(w.dir, "config.yaml"), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// fault says what is wrong with a request.
type fault int

const (
	faultNone fault = iota
	faultLost
	faultUnheard
	faultRefused
	faultLimited
	faultHung
)

// draw throws the dice for a request.
func (w *world) draw() fault {
	if !w.faulty.Load() {
		return faultNone
	}
	p := w.dice.share()
	for i, rate := range []float64{w.rates.lost, w.rates.unheard, w.rates.refused, w.rates.limited, w.rates.hung} {
		if p -= rate; p < 0 {
			return faultLost + fault(i)
		}
	}
	return faultNone
}

// soon is closed after a while in which a client may lose its patience.
func (w *world) soon() <-chan struct{} {
	done := make(chan struct{})
	time.AfterFunc(w.dice.between(time.Second, 4*time.Second), func() { close(done) })
	return done
}

func (w *world) slackFault(string) *fakeslack.Fault {
	switch w.draw() {
	case faultLost:
		return &fakeslack.Fault{Cut: true}
	case faultUnheard:
		return &fakeslack.Fault{Cut: true, Done: true}
	case faultRefused:
		return &fakeslack.Fault{Status: http.StatusInternalServerError}
	case faultLimited:
		return &fakeslack.Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Second}
	case faultHung:
		return &fakeslack.Fault{Done: true, Hold: w.soon()}
	default:
		return nil
	}
}

func (w *world) discordFault(string) *fakediscord.Fault {
	switch w.draw() {
	case faultLost:
		return &fakediscord.Fault{Cut: true}
	case faultUnheard:
		return &fakediscord.Fault{Cut: true, Done: true}
	case faultRefused:
		return &fakediscord.Fault{Status: http.StatusInternalServerError}
	case faultLimited:
		return &fakediscord.Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Second}
	case faultHung:
		return &fakediscord.Fault{Done: true, Hold: w.soon()}
	default:
		return nil
	}
}

// step makes the program's clock wrong by d, from now on.
func (w *world) step(d time.Duration) {
	w.stepped.Store(int64(d))
	w.setClock()
}

// pass waits, until the round ends at the longest. The program is another process that lives
// in real time: when it is killed, and how slow the others are, is what a round draws.
func (w *world) pass(d time.Duration) {
	select {
	case <-w.t.Context().Done():
	case <-time.After(d):
	}
}

// rest lets time pass while the program is not running, at the platforms as for it. What was
// on its way arrives first.
func (w *world) rest(d time.Duration) {
	for w.flying.Load() > 0 {
		w.pass(5 * time.Millisecond)
	}
	w.clock.passed.Add(int64(d))
	w.setClock()
}

// setClock tells the program how far its clock is from the machine's.
func (w *world) setClock() {
	path := filepath.Join(w.dir, "clock")
	d := time.Duration(w.clock.passed.Load() + w.stepped.Load())
	if err := os.WriteFile(path+".new", []byte(d.String()), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		w.t.Fatal(err)
	}
}
