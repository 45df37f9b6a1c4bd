package fake

import (
	_ "embed" // the page
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// Page is what the page of a fake shows: a channel as one of its members sees it.
type Page struct {
	Title         string // "Fake Slack"
	User, Channel string
	Users         []Place
	Channels      []Place
	Commands      []string // as they are given
	Connections   string   // "2 open sockets"
	Messages      []PageMessage
	Form          *Form // a modal that is open
	Home          *Form // the user's home page of the app
	HasHome       bool  // the platform has home pages
	Fields        Fields
	Version       int    // of the state that it shows
	Error         string // of the last control
}

// Fields are the names that the control API of a platform has for what the page sends.
type Fields struct {
	Message  string // the id of a message
	ReplyTo  string // the message that is replied to
	Form     string // the id of a form
	Menu     string // the control that chooses an entry of a message's menu
	MenuItem string // the entry
	Close    string // the control that closes a form
}

// Place is a user or a channel to choose.
type Place struct {
	ID, Name string
	Nested   bool // a thread, below its channel
}

// PageMessage is a message of the page.
type PageMessage struct {
	ID, Name, Time string // the name is its author's
	Text           string
	Quoted         string // the first line of what it replies to
	Status         string // what the app says it is doing
	Thread         string // the id of the channel that is its thread
	Files          []Link
	Buttons        []Button
	Menu           []string // what can be chosen for the message
	Reply          bool     // it stands below the message that it replies to
	Ephemeral      bool     // only the user sees it
	Edited         bool
	Own            bool // the user's
}

// Link is an address with a name.
type Link struct{ Name, URL string }

// Button is a button or a menu.
type Button struct {
	ID, Label string
	URL       string // it only opens this
	Disabled  bool
	Options   []Option // of a menu
}

// Option is a choice of a menu.
type Option struct {
	Name, Value string
	Chosen      bool // at first
}

// Form is a modal to fill in, or a home page.
type Form struct {
	ID, Title, Text string
	Submit          string // the label of its button; empty: it has none
	Error           string
	Buttons         []Button
	Inputs          []Input
}

// Input is a field of a form.
type Input struct {
	ID, Label, Value, Placeholder string
	Hint, Error                   string
	Type                          string // of the field in the browser; empty: text
	Min, Max                      string // of a number
	Long, Required                bool
	Many                          bool // several of the options, one a line in Value
	Options                       []Option
}

// Chosen reports whether an option is chosen at first.
func (in Input) Chosen(option string) bool {
	return slices.Contains(strings.Split(in.Value, "\n"), option)
}

// servePage shows a channel as one of its members sees it.
func (c *Console[R]) servePage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	page := c.Page(q.Get("user"), q.Get("channel"))
	page.Error = q.Get("error")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'")
	_ = pageTemplate.Execute(w, page)
}

// servePageControl runs the control that a form of the page asks for, and shows the page
// again. Its fields are those of the control API; "value-x" is the value of the input x.
func (c *Console[R]) servePageControl(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	if origin := r.Header.Get("Origin"); origin != "" && !strings.HasSuffix(origin, "://"+r.Host) {
		http.Error(w, "another page may not press these buttons", http.StatusForbidden)
		return
	}
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return
	}
	fields, values := Object{}, map[string]string{}
	for name, all := range r.PostForm {
		if input, ok := strings.CutPrefix(name, "value-"); ok {
			// Of boxes to tick, all that are ticked; the page sends an empty one with them.
			values[input] = strings.Join(slices.DeleteFunc(all, func(v string) bool { return v == "" }), "\n")
		} else {
			fields[name] = all[0]
		}
	}
	fields["values"] = values
	var request R
	body, _ := json.Marshal(fields)
	err := json.Unmarshal(body, &request)
	if err == nil {
		_, err = c.run(r.Context(), r.PathValue("control"), request)
	}
	back := url.Values{"user": {r.PostForm.Get("user")}, "channel": {r.PostForm.Get("channel")}}
	if err != nil {
		back.Set("error", err.Error())
	}
	http.Redirect(w, r, "/?"+back.Encode(), http.StatusSeeOther)
}
