package slack

import (
	_ "embed" // the page
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed page.html
var pageText string

var pageShape = template.Must(template.New("page").Parse(pageText))

// servePage shows a channel as one of its members sees it.
func (s *Slack) servePage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p := s.look(q.Get("user"), q.Get("channel"))
	p.Fault = q.Get("fault")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'")
	_ = pageShape.Execute(w, p)
}

// look is what the page shows.
type look struct {
	User, Channel string
	Users         []User
	Channels      []named
	Messages      []shown
	Views         []form
	Home          *form
	Commands      []string
	Shortcuts     []string
	Sockets       int
	Fault         string
}

type named struct{ ID, Name string }

type shown struct {
	Message
	Name    string
	Text    string
	Status  string
	Reply   bool
	Buttons []press
}

type press struct{ Action, Label, URL string }

type form struct {
	View
	Text    string
	Buttons []press
	Inputs  []input
}

type input struct {
	Block, Label, Value, Fault string
	Long                       bool
	Options                    []named
}

// look gathers it.
func (s *Slack) look(user, channel string) look {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := look{User: user, Channel: channel, Commands: s.App.Commands, Shortcuts: s.App.Shortcuts, Sockets: len(s.sockets)}
	for _, u := range s.users {
		if !u.Bot && !u.Deleted {
			out.Users = append(out.Users, u)
		}
	}
	if _, ok := s.user(user); !ok && len(out.Users) > 0 {
		out.User = out.Users[0].ID
	}
	s.dm(out.User)
	for _, c := range s.channels {
		switch {
		case !c.readableBy(out.User):
		case c.IM:
			out.Channels = append(out.Channels, named{c.ID, "direct message"})
		default:
			out.Channels = append(out.Channels, named{c.ID, "#" + c.Name})
		}
	}
	if !slices.ContainsFunc(out.Channels, func(n named) bool { return n.ID == channel }) {
		out.Channel = out.Channels[0].ID
	}
	out.Messages = s.lines(out.User, out.Channel)
	for _, v := range s.views {
		if v.User == out.User && !v.Closed {
			out.Views = []form{v.form()} // the topmost
		}
	}
	if v := s.homes[out.User]; v != nil {
		f := v.form()
		out.Home = &f
	}
	return out
}

// lines are the messages of a channel, each thread below its first message.
func (s *Slack) lines(user, channel string) []shown {
	var out []shown
	var pairs []string
	for _, u := range s.users {
		pairs = append(pairs, "@"+u.ID, "@"+u.Name)
	}
	names := strings.NewReplacer(pairs...)
	add := func(m *message, reply bool) {
		u, _ := s.user(m.User)
		line := shown{Message: m.copy(), Name: u.Name, Text: names.Replace(m.Shown()), Reply: reply, Buttons: buttons(m.blocks)}
		line.Status = s.statuses[threadKey{channel, m.TS}].text
		out = append(out, line)
	}
	sees := func(m *message) bool { return m.Channel == channel && !m.Deleted && (m.To == "" || m.To == user) }
	for _, m := range s.messages {
		if !sees(m) || m.Thread != "" {
			continue
		}
		add(m, false)
		for _, r := range s.messages {
			if sees(r) && r.Thread == m.TS {
				add(r, true)
			}
		}
	}
	return out
}

// buttons are those of blocks.
func buttons(blocks []any) []press {
	var out []press
	for _, b := range blocks {
		block, _ := b.(object)
		if block["type"] == "input" {
			continue
		}
		for _, e := range usableElements(block) {
			id, _ := e["action_id"].(string)
			address, _ := e["url"].(string)
			out = append(out, press{id, textOf(e["text"]), address})
		}
	}
	return out
}

// form is a view as something to fill in.
func (v *view) form() form {
	out := form{View: v.View, Text: Plain(v.Blocks), Buttons: buttons(v.blocks)}
	for _, b := range v.blocks {
		block, _ := b.(object)
		e, _ := block["element"].(object)
		if e == nil {
			continue
		}
		id, _ := block["block_id"].(string)
		in := input{Block: id, Label: textOf(block["label"]), Value: initialValue(e), Fault: v.Errors[id], Long: e["multiline"] == true}
		options, _ := e["options"].([]any)
		for _, o := range options {
			option, _ := o.(object)
			value, _ := option["value"].(string)
			in.Options = append(in.Options, named{value, textOf(option["text"])})
		}
		out.Inputs = append(out.Inputs, in)
	}
	return out
}

// servePageAct does what a form of the page asks for, and shows the page again.
func (s *Slack) servePageAct(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if origin := r.Header.Get("Origin"); origin != "" && !strings.HasSuffix(origin, "://"+r.Host) {
		http.Error(w, "another page may not press these buttons", http.StatusForbidden)
		return
	}
	get := r.PostFormValue
	a := controlRequest{
		User: get("user"), Channel: get("channel"), Text: get("text"), Thread: get("thread"), TS: get("ts"), Action: get("action"),
		View: get("view"), Callback: get("callback"), Tab: get("tab"), Values: map[string]string{},
	}
	word := r.PathValue("act")
	if command, rest, _ := strings.Cut(a.Text, " "); word == "post" && strings.HasPrefix(command, "/") {
		word, a.Command, a.Text = "command", command, rest
	}
	for name, values := range r.PostForm {
		if block, ok := strings.CutPrefix(name, "value-"); ok {
			a.Values[block] = values[0]
		}
	}
	back := url.Values{"user": {a.User}, "channel": {a.Channel}}
	if _, err := s.runControl(r.Context(), word, a); err != nil {
		back.Set("fault", err.Error())
	}
	http.Redirect(w, r, "/?"+back.Encode(), http.StatusSeeOther)
}
