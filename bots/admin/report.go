package admin

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/account"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
)

// How much of a report, or of a difference, stands in the message itself.
const (
	ReportRows  = 25
	reportNotes = 10
)

// maxReport bounds the file with a whole report, in bytes.
const maxReport = 256 << 10

// Shortened is a text about a plugin that fits into a message, with the whole of it attached
// where something was left out. text makes it short or whole, and says whether it left
// anything out.
func Shortened(p *plugin.Plugin, text func(short bool) (markdown.Document, bool)) (markdown.Document, []chat.File) {
	doc, left := text(true)
	if !left {
		return doc, nil
	}
	full, _ := text(false)
	whole := full.Text()
	if len(whole) > maxReport {
		cut := strings.LastIndexByte(whole[:maxReport], '\n') + 1
		whole = whole[:cut] + fmt.Sprintf(textReportCut, strings.Count(whole[cut:], "\n")+1) + "\n"
	}
	return doc, []chat.File{{Name: fmt.Sprintf(textReportFile, p.Name), Text: whole}}
}

// reportText shows an import: who, each operation with its verdict, cost, and what
// was noticed.
func reportText(p *plugin.Plugin, r plugin.Report, short bool) (doc markdown.Document, left bool) {
	rowsShown, notesShown := len(r.Operations), math.MaxInt
	if short {
		rowsShown, notesShown = min(rowsShown, ReportRows), reportNotes
	}
	login := LoginWords(p)
	if p.Login().Kind == account.None && slices.ContainsFunc(r.Operations, func(o plugin.ReportOperation) bool { return o.Login != nil && o.Login.Problem != "" }) {
		login = textLoginStuck
	}
	facts := [][]markdown.Inline{
		bot.Fact(textInfoHost, markdown.Text(p.ID)),
		bot.Fact("Name", markdown.Mono(p.Name)),
		bot.Fact(textInfoLogin, markdown.Text(login)),
		bot.Fact(textReportTokens, markdown.Text(fmt.Sprintf(textReportCost, r.Tokens.Index+r.Tokens.Tools))),
	}
	doc = markdown.New(
		markdown.Heading(2, markdown.Text(p.Human())),
		markdown.Paragraph(markdown.Text(p.Manifest.DescriptionForHuman)),
		markdown.List(facts...),
	)
	if next := nextLogin(p); next != "" {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(next)))
	}
	var rows [][]string
	for _, o := range r.Operations[:rowsShown] {
		effect := textReportReads
		if o.Effect == "write" {
			effect = textReportAsks
		}
		rows = append(rows, []string{o.OperationID, o.Method + " " + o.Path, effect, o.Verdict})
	}
	doc.Blocks = append(doc.Blocks, markdown.TableOf([]string{"Operation", "Request", "Effect", "Verdict"}, rows))
	if more := len(r.Operations) - rowsShown; more > 0 {
		left = true
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textMore, more))))
	}
	var notes [][]markdown.Inline
	for _, n := range r.Notes {
		notes = append(notes, []markdown.Inline{markdown.Text(strings.TrimSpace(n.Message + " " + inBrackets(n.Where)))})
	}
	for _, o := range r.Operations {
		for _, n := range o.Notes {
			notes = append(notes, []markdown.Inline{markdown.Mono(o.OperationID), markdown.Text(": " + n.Message)})
		}
	}
	if len(notes) > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Heading(3, markdown.Text(textReportNotes)), markdown.List(notes[:min(len(notes), notesShown)]...))
		if more := len(notes) - notesShown; more > 0 {
			left = true
			doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textMore, more))))
		}
	}
	return doc, left
}

func inBrackets(where string) string {
	if where == "" {
		return ""
	}
	return "(" + where + ")"
}

// LoginWords is what a plugin's login is called.
func LoginWords(p *plugin.Plugin) string {
	switch p.Login().Kind {
	case account.ServiceKey:
		return textLoginService
	case account.UserKey:
		return textLoginUser
	case account.OAuth:
		return textLoginOAuth
	case account.None:
	}
	return textReportNoLogin
}

// nextLogin is what an administrator does after adding a plugin that wants a login; empty: nothing.
func nextLogin(p *plugin.Plugin) string {
	switch kind := p.Login().Kind; {
	case kind == account.OAuth:
		return fmt.Sprintf(textNextOAuth, p.Name)
	case len(loginKinds(p)) > 0 && (kind != account.None || p.Report().Login != nil):
		return fmt.Sprintf(textNextLogin, p.Name)
	}
	return ""
}
