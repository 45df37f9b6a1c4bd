package login

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/account"
	"aidesk/core/markdown"
)

//go:embed pages.html
var pages string

//go:embed style.css
var style string

// templates are the pages, with the style in them: it is named by its hash, so that nothing
// else that looks like a style is one.
var templates = template.Must(template.New("pages").Parse(pages))

// policy is what a browser may do with a page: nothing but show it, and send its form there.
func policy(form string) string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action " + form + "; frame-ancestors 'none'; base-uri 'none'"
}

// write writes a page.
func write(w http.ResponseWriter, status int, form, name string, page any) {
	var body bytes.Buffer
	if err := templates.ExecuteTemplate(&body, name, page); err != nil {
		http.Error(w, textBroken, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy(form))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

// head is what every page has.
type head struct {
	Title string
	Style template.CSS
}

func newHead(title string) head { return head{title, template.CSS(style)} } //nolint:gosec // G203: the style is our own file

// fact is one line of what is connected.
type fact struct {
	Name   string
	Values []string
}

// field is one input.
type field struct{ ID, Label, Hint, Type string }

// startPage says who connects what.
type startPage struct {
	head
	Intro, Care, Fault, Action, Token, Saved, Press string

	Facts  []fact
	Fields []field
}

// start shows who connects what, with a fault of what was typed before.
func (p *Pages) start(w http.ResponseWriter, status int, c account.Connection, token, fault string) {
	plugin, member, workspace, platform := name(c.Name), name(c.MemberName), name(c.Workspace), name(c.Platform)
	page := startPage{
		head: newHead(fmt.Sprintf(textTitle, plugin)), Action: p.public + startPath, Token: token,
		Care: fmt.Sprintf(textForeign, member),
	}
	if fault != "" {
		page.Fault = line(fault, 200) + "."
	}
	page.Intro = fmt.Sprintf(textIntro, member, plugin, workspace)
	forWhom := fmt.Sprintf(textMemberIn, member, workspace, platform)
	if c.Shared {
		page.Intro = fmt.Sprintf(textIntroShared, member, workspace, plugin)
		forWhom = fmt.Sprintf(textShared, workspace, platform)
	}
	page.Facts = []fact{{textPlugin, []string{plugin + " (" + line(c.Plugin, 100) + ")"}}, {textMember, []string{forWhom}}}
	form := "'self'"
	if c.Login.Kind == account.OAuth {
		origin, err := p.connections.AuthorizeOrigin(c.Plugin, *c.Login.Provider)
		if err != nil {
			p.stop(w, broken, &c)
			return
		}
		_, host, _ := strings.Cut(origin, "://")
		// Some browsers hold every address to which the form's answer leads against this, and
		// providers send people on to other hosts to log in.
		if form += " https:"; !strings.HasPrefix(origin, "https:") {
			form += " " + origin
		}
		page.Facts = append(page.Facts, fact{textLoginAt, []string{host}})
		page.Press = fmt.Sprintf(textContinue, host)
	} else {
		page.Press, page.Saved = textConnect, textFieldsSaved
		for i, f := range c.Login.Fields {
			kind := "text"
			if f.Secret {
				kind = "password"
			}
			page.Fields = append(page.Fields, field{fieldID(i), line(f.Label, 100), line(f.Hint, 300), kind})
		}
	}
	hosts := make([]string, len(c.Hosts))
	for i, host := range c.Hosts {
		hosts[i] = line(host, 300)
	}
	page.Facts = append(page.Facts, fact{textHosts, hosts})
	write(w, status, form, "start", page)
}

// digitsPage shows the digits.
type digitsPage struct {
	head
	Intro, Label, Digits, Only, Care, Life, Press string

	Back template.URL
}

// finish shows the digits.
func (p *Pages) finish(w http.ResponseWriter, c account.Connection, digits string) {
	plugin, member, workspace, platform := name(c.Name), name(c.MemberName), name(c.Workspace), name(c.Platform)
	write(w, http.StatusOK, "'none'", "digits", digitsPage{
		head:  newHead(textDigitsTitle),
		Intro: fmt.Sprintf(textDigitsIntro, platform), Label: textDigitsLabel, Digits: digits[:3] + " " + digits[3:],
		Only: fmt.Sprintf(textDigitsOnly, member, workspace, platform), Care: fmt.Sprintf(textDigitsNot, plugin),
		Life: textDigitsLife, Press: fmt.Sprintf(textBack, platform), Back: back(c),
	})
}

// stopPage says in one line why it does not go on, and what to do.
type stopPage struct {
	head
	Line, Remedy, Press string

	Back template.URL
}

// stop shows an outcome; c is the connection where the browser may know of it, else nil.
func (p *Pages) stop(w http.ResponseWriter, o outcome, c *account.Connection) {
	page := stopPage{head: newHead(o.title), Line: o.line, Remedy: o.remedy}
	platform := textChat
	if c != nil {
		platform = name(c.Platform)
		page.Press, page.Back = fmt.Sprintf(textBack, platform), back(*c)
	}
	page.Line = strings.ReplaceAll(page.Line, "%s", platform)
	if o.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	if o.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "GET, POST")
	}
	write(w, o.status, "'none'", "stop", page)
}

// back is the address that leads back to the messenger, if it is one: browsers ask before
// they open the messengers' own schemes.
func back(c account.Connection) template.URL {
	u, err := url.Parse(c.Back)
	if err != nil || u.Scheme != "https" && u.Scheme != "slack" && u.Scheme != "discord" {
		return ""
	}
	return template.URL(u.String()) //nolint:gosec // G203: the scheme is one of three
}

// name is a name that somebody else chose, as it can be shown in a sentence.
func name(text string) string { return line(text, 60) }

// line is a text that somebody else chose, in one line in which nothing is hidden.
func line(text string, most int) string { return markdown.Line(text, most) }

// sentence is an error as a sentence.
func sentence(err error) string {
	text := err.Error()
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:] + "."
}
