// Package playground serves the page on which the fake messengers are seen in a browser:
// one conversation as Slack and as Discord show it. The page is built from web/playground by
// `make web`, and is part of the program.
//
// The page talks to this server alone, which hands its questions on to the fakes of the same
// process and fetches the pictures of previews. Everything is below a path that begins with a
// token, and only for browsers on this machine.
package playground

import (
	"crypto/rand"
	"crypto/subtle"
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"aidesk/adapters/fake"
	"aidesk/core/chat"
	"aidesk/core/egress"
)

//go:embed page
var files embed.FS

// Platform is a fake messenger that the page shows.
type Platform struct {
	Name string       // "slack", "discord"
	Fake http.Handler // with its control API
	// Shows reports whether a picture with this address stands in a message, so that it may
	// be fetched.
	Shows func(address string) bool
}

// Playground is what the page shows.
type Playground struct {
	Platforms []Platform
	Grammar   chat.Grammar  // of the slash commands
	Try       []string      // what to ask first
	Guard     *egress.Guard // fetches the pictures of previews; nil: they are not shown

	token string
}

// Path is where the page is: it begins with a token, without which nothing is answered.
func (p *Playground) Path() string {
	if p.token == "" {
		p.token = rand.Text()
	}
	return "/" + p.token + "/"
}

// policy is what the page may do: load from this server alone. The components of the page
// set a few styles on elements; there is no other way to say that.
const policy = "default-src 'self'; style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page. What is asked of another path is answered by next.
func (p *Playground) Handler(next http.Handler) http.Handler {
	root := p.Path()
	mux := http.NewServeMux()
	assets, _ := fs.Sub(files, "page") // it is there, or the program would not compile
	mux.Handle(root, http.StripPrefix(root[:len(root)-1], http.FileServerFS(assets)))
	mux.HandleFunc("GET "+root+"about", p.serveAbout)
	mux.HandleFunc("GET "+root+"picture", p.servePicture)
	for _, platform := range p.Platforms {
		for _, below := range []string{"_control/", "files/", "attachments/"} {
			prefix := root + platform.Name
			mux.Handle(prefix+"/"+below, http.StripPrefix(prefix, platform.Fake))
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if subtle.ConstantTimeCompare([]byte(first), []byte(p.token)) != 1 {
			next.ServeHTTP(w, r)
			return
		}
		if !fake.Local(r) {
			http.Error(w, "this page is for a browser on this machine", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store") // the next program has another page
		mux.ServeHTTP(w, r)
	})
}

// verb is a command with one of its verbs, as people type it.
type verb struct {
	Usage   string `json:"usage"` // "plugins enable"
	Summary string `json:"summary"`
	Example string `json:"example"`
}

// serveAbout says what there is to see and to type.
func (p *Playground) serveAbout(w http.ResponseWriter, _ *http.Request) {
	about := struct {
		Platforms []string `json:"platforms"`
		Verbs     []verb   `json:"verbs"`
		Try       []string `json:"try"`
	}{Try: slices.Concat([]string{}, p.Try)}
	for _, platform := range p.Platforms {
		about.Platforms = append(about.Platforms, platform.Name)
	}
	for _, c := range p.Grammar {
		for _, v := range c.Verbs {
			about.Verbs = append(about.Verbs, verb{strings.TrimSpace(c.Name + " " + v.Name), v.Summary, v.Example})
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(about)
}

// servePicture fetches the picture of a preview (?address=), as the messenger's servers do.
func (p *Playground) servePicture(w http.ResponseWriter, r *http.Request) {
	address := r.URL.Query().Get("address")
	shown := slices.ContainsFunc(p.Platforms, func(platform Platform) bool { return platform.Shows(address) })
	if p.Guard == nil || !shown {
		http.NotFound(w, r)
		return
	}
	picture, err := p.Guard.Fetch(r.Context(), egress.Image, "", address)
	if err != nil {
		http.Error(w, "this picture cannot be had", http.StatusBadGateway)
		return
	}
	kind := http.DetectContentType(picture.Body)
	if !slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, kind) {
		http.Error(w, "this is no picture", http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(picture.Body)
}
