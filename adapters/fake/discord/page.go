package discord

import (
	_ "embed" // the page
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

//go:embed page.html
var pageText string

var pageShape = template.Must(template.New("page").Parse(pageText))

// servePage shows a channel as one of its members sees it.
func (d *Discord) servePage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p := d.look(q.Get("user"), q.Get("channel"))
	p.Fault = q.Get("fault")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'")
	_ = pageShape.Execute(w, p)
}

// look is what the page shows.
type look struct {
	User, Channel string
	Users         []User
	Channels      []place
	Messages      []line
	Modal         *Modal
	Commands      []string // with their options, of slash commands
	Menu          []string // commands on messages
	Sessions      int
	Fault         string
}

type place struct {
	ID, Name string
	Thread   bool
}

type line struct {
	Message
	Name    string
	Text    string
	Quoted  string // what it replies to
	Buttons []Button
}

// look gathers it.
func (d *Discord) look(user, channel string) look {
	sessions := d.Connected()
	d.mu.Lock()
	defer d.mu.Unlock()
	out := look{User: user, Channel: channel, Sessions: sessions}
	for _, u := range d.users {
		if !u.Bot {
			out.Users = append(out.Users, u)
		}
	}
	if _, ok := d.user(user); !ok && len(out.Users) > 0 {
		out.User = out.Users[0].ID
	}
	d.dm(out.User)
	for _, c := range d.channels {
		if c.isThread() || !d.may(out.User, c, ViewChannel) {
			continue
		}
		p := place{ID: c.ID, Name: "#" + c.Name}
		if c.Kind == KindDM {
			p.Name = "direct message"
		}
		out.Channels = append(out.Channels, p)
		for _, t := range d.channels {
			if t.isThread() && t.Parent == c.ID && d.may(out.User, t, ViewChannel) {
				out.Channels = append(out.Channels, place{ID: t.ID, Name: t.Name, Thread: true})
			}
		}
	}
	if !slices.ContainsFunc(out.Channels, func(p place) bool { return p.ID == channel }) {
		out.Channel = out.Channels[0].ID
	}
	out.Messages = d.lines(out.User, out.Channel)
	if m := d.modals[out.User]; m != nil {
		out.Modal = &m.Modal
	}
	ch, _ := d.channel(out.Channel)
	for _, c := range d.commands {
		if _, err := d.offeredCommand(out.User, ch, c.kind, c.name); err != nil {
			continue
		}
		switch c.kind {
		case 1:
			options, _ := c.body["options"].([]any)
			out.Commands = append(out.Commands, usages("/"+c.name, options)...)
		case 3:
			out.Menu = append(out.Menu, c.name)
		}
	}
	return out
}

// usages are the ways to give a command.
func usages(name string, options []any) []string {
	var out []string
	for _, v := range options {
		o, _ := v.(object)
		inner, _ := o["options"].([]any)
		if rule.Integer(o["type"]) <= 2 {
			out = append(out, usages(name+" "+rule.Text(o["name"]), inner)...)
			continue
		}
		name += " " + rule.Text(o["name"]) + ":…"
	}
	if out == nil {
		return []string{name}
	}
	return out
}

// lines are the messages of a channel as a member sees them.
func (d *Discord) lines(user, channel string) []line {
	var pairs []string
	for _, u := range d.users {
		pairs = append(pairs, "<@"+u.ID+">", "@"+u.Name)
	}
	for _, c := range d.channels {
		pairs = append(pairs, "<#"+c.ID+">", "#"+c.Name)
	}
	names := strings.NewReplacer(pairs...)
	var out []line
	for _, m := range d.messages {
		if m.Channel != channel || m.Deleted || m.To != "" && m.To != user || m.Kind == kindStarter {
			continue
		}
		u, _ := d.user(m.User)
		l := line{Message: m.copy(), Name: u.Name, Text: names.Replace(m.Shown()), Buttons: m.Buttons()}
		if o := d.message(channel, m.ReplyTo); o != nil {
			l.Quoted, _, _ = strings.Cut(names.Replace(o.Shown()), "\n")
		}
		out = append(out, l)
	}
	return out
}

// servePageAct does what a form of the page asks for, and shows the page again.
func (d *Discord) servePageAct(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if origin := r.Header.Get("Origin"); origin != "" && !strings.HasSuffix(origin, "://"+r.Host) {
		http.Error(w, "another page may not press these buttons", http.StatusForbidden)
		return
	}
	get := r.PostFormValue
	a := controlRequest{
		User: get("user"), Channel: get("channel"), Text: get("text"), ReplyTo: get("reply"), Message: get("message"), Action: get("action"),
		Value: get("value"), Command: get("command"), Name: get("name"), Values: map[string]string{},
	}
	word := r.PathValue("act")
	if word == "post" && strings.HasPrefix(a.Text, "/") {
		word = "slash"
	}
	for name, values := range r.PostForm {
		if id, ok := strings.CutPrefix(name, "value-"); ok {
			a.Values[id] = values[0]
		}
	}
	back := url.Values{"user": {a.User}, "channel": {a.Channel}}
	if _, err := d.runControl(r.Context(), word, a); err != nil {
		back.Set("fault", err.Error())
	}
	http.Redirect(w, r, "/?"+back.Encode(), http.StatusSeeOther)
}
