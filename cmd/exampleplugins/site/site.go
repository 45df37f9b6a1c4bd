// Package site is what the example plugins share: the parts of a plugin that
// are the same whatever its API does.
//
// A plugin is a small website. Whoever wants to write one needs five things,
// and each of the four plugins beside this package is nothing but these five:
//
//  1. A manifest at /.well-known/ai-plugin.json. It says what the plugin is
//     called, what it is for (once for a model, once for people), how it
//     authenticates and where its document lies. [Site] writes it from [About].
//  2. An OpenAPI document that describes every operation: what it does, its
//     parameters with formats and limits, what it answers. The list
//     x-aidesk-examples on an operation holds sentences that call it;
//     {name} in a sentence stands for a parameter or a property of the body.
//     A language model reads them as examples, a desk without one matches them
//     word by word, so they should be precise rather than many.
//  3. The API itself. [Site.API] turns a function from a request into a value
//     into an operation that answers JSON. Inputs are read with [Body], [Query]
//     and [PathInt], which refuse what is wrong with a sentence that says how
//     to do it right: a model corrects itself by reading it.
//  4. A logo and a legal page, so that people can see whom they deal with.
//  5. Pages for people, with OpenGraph fields, for whatever the API links to.
//     A messenger shows such a link as a card. [Site.Both] serves the page and
//     the operation at one address: a browser asks for text/html, a program
//     does not.
//
// What a plugin answers is data, not instructions: no description here tells a
// model how to talk, when to act or what to prefer.
//
// A plugin must not trust its caller. Requests are small ([MaxBody]), unknown
// fields are refused, paths that climb are refused, and nothing is changed
// before everything has been checked.
package site

import (
	"errors"
	"fmt"
	"hash/fnv"
	"html/template"
	"image"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	texttemplate "text/template"
	"time"
)

// Config is where and when a plugin lives. Its zero value is a plugin with the
// written-out data, the real clock, its state in memory only, and no log.
type Config struct {
	// Seed chooses the invented data. Zero is the world that is written out in
	// the sources; every other seed gives another world, always the same one.
	Seed uint64
	// Now is the clock. Defaults to time.Now.
	Now func() time.Time
	// Dir is the folder of the state files; it is made when missing. What was
	// answered with success is on disk by then. Empty keeps state in memory.
	Dir string
	// Log gets one line of JSON per request (see [Log]), before its answer
	// goes out. Nil logs nothing.
	Log io.Writer
}

// Time is the time by the configured clock.
func (c Config) Time() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// File is the path of a state file, or empty when state is in memory only.
func (c Config) File(name string) string {
	if c.Dir == "" {
		return ""
	}
	return filepath.Join(c.Dir, name)
}

// Rand is the source of invented data for one purpose. The same seed and
// purpose always give the same numbers.
func (c Config) Rand(purpose string) *rand.Rand {
	h := fnv.New64a()
	_, _ = io.WriteString(h, purpose)               // a hash takes every write
	return rand.New(rand.NewPCG(c.Seed, h.Sum64())) //nolint:gosec // invented data, not secrets
}

// About is what a plugin says about itself.
type About struct {
	Name      string   // for the model: letters and digits only, at most 50
	Title     string   // for people, at most 20 characters
	ForPeople string   // what it is for, told to the person who enables it; at most 100 characters
	ForModel  string   // what it is for, told to the model; at most 8,000 characters, fewer are better
	Contact   string   // an e-mail address
	Legal     []string // the paragraphs of the legal page

	// Document is the OpenAPI document in YAML, a text/template: {{.Origin}} is
	// the plugin's own address, {{.Facts}} is the value of that name below, and
	// the function json quotes a value.
	Document string
	Facts    any

	// Views holds the bodies of the pages: an html/template with one
	// {{define}} per view. See [Page].
	Views  string
	Accent string // the colour of links and headings, such as #0f766e
	Logo   func() image.Image
}

// Site is one plugin's website: an [http.Handler] that serves the manifest, the
// document, the logo and the legal page of its [About], and whatever is added
// with [Site.API], [Site.Page], [Site.Both] and [Site.Picture]. Add everything
// before the first request; from then on it may be used concurrently.
type Site struct {
	about    About
	cfg      Config
	log      *Log
	mux      *http.ServeMux
	document *texttemplate.Template
	views    *template.Template
}

// New makes a site. It fails only when a template of about is wrong.
func New(about About, cfg Config) (*Site, error) {
	s := &Site{about: about, cfg: cfg, log: NewLog(cfg.Log), mux: http.NewServeMux()}
	var err error
	if s.document, err = parseDocument(about.Document); err != nil {
		return nil, fmt.Errorf("the document of %s: %w", about.Name, err)
	}
	if s.views, err = parseViews(about.Views); err != nil {
		return nil, fmt.Errorf("the pages of %s: %w", about.Name, err)
	}
	s.mux.HandleFunc("GET /.well-known/ai-plugin.json", s.serveManifest)
	s.mux.HandleFunc("GET /openapi.yaml", s.serveDocument)
	s.Picture("GET /logo.png", func(*http.Request) (image.Image, error) { return about.Logo(), nil })
	s.Page("GET /legal", s.legal)
	return s, nil
}

// Answer answers one call of the API. The value is sent as JSON with status
// 200, a [Created] with 201, an [Error] with its own status; any other error is
// a fault of the server, which is told as such and written to the log.
type Answer func(*http.Request) (any, error)

// API adds an operation. The pattern is one of [http.ServeMux].
func (s *Site) API(pattern string, answer Answer) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { sendAnswer(w, r, answer) })
}

// Page adds a page for people.
func (s *Site) Page(pattern string, page func(*http.Request) (Page, error)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.sendPage(w, r, page) })
}

// Both adds an operation and the page about the same thing at one address: the
// page for who accepts text/html, JSON for all others.
func (s *Site) Both(pattern string, answer Answer, page func(*http.Request) (Page, error)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept")
		if strings.Contains(r.Header.Get("Accept"), "text/html") {
			s.sendPage(w, r, page)
			return
		}
		sendAnswer(w, r, answer)
	})
}

// Picture adds a drawn picture, sent as PNG.
func (s *Site) Picture(pattern string, draw func(*http.Request) (image.Image, error)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { sendPicture(w, r, draw) })
}

// Origin is the address of the site as this caller knows it, such as
// http://127.0.0.1:4010. Every absolute address in an answer begins with it.
func Origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// ServeHTTP answers one request and logs it. The line is in the log before the
// answer goes out: who has an answer will find its line.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := newRecorder()
	body, err := takeBody(r)
	switch {
	case err != nil:
		sendError(rec, err)
	case r.Host == "":
		sendError(rec, &Error{Status: http.StatusBadRequest, Message: "the request names no host"})
	case climbs(r.URL):
		sendError(rec, NotFound("", "there is nothing at this path"))
	default:
		s.route(rec, r)
	}
	s.log.write(s.about.Name, s.cfg.Time(), r, body, rec)
	rec.send(w)
}

// route serves what the mux finds, and says in JSON what it does not find.
func (s *Site) route(rec *recorder, r *http.Request) {
	handler, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(rec, r)
		return
	}
	found := newRecorder()
	handler.ServeHTTP(found, r)
	if allow := found.Header().Get("Allow"); allow != "" {
		rec.Header().Set("Allow", allow)
		sendError(rec, &Error{Status: http.StatusMethodNotAllowed, Message: "this path answers only " + allow})
		return
	}
	sendError(rec, NotFound("", "there is nothing at this path; see /openapi.yaml"))
}

// climbs reports whether a path has a segment that is empty, "." or "..",
// encoded or not. A segment may hold an encoded slash: it stays one segment.
func climbs(u *url.URL) bool {
	if u.Path == "/" {
		return false
	}
	for segment := range strings.SplitSeq(strings.TrimPrefix(u.EscapedPath(), "/"), "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil || plain == "" || strings.ContainsRune(plain, 0) {
			return true
		}
		for part := range strings.FieldsFuncSeq(plain, func(c rune) bool { return c == '/' || c == '\\' }) {
			if part == "." || part == ".." {
				return true
			}
		}
	}
	return false
}

// asError finds the [Error] in err, or makes one of a fault.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{
		Status:  http.StatusInternalServerError,
		Message: "the server failed at this; look how things stand before you try again",
		fault:   err.Error(),
	}
}
