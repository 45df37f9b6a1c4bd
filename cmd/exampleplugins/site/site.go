package site

import (
	"errors"
	"fmt"
	"html/template"
	"image"
	"net/http"
	"net/url"
	"strings"
	texttemplate "text/template"
)

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
