package bottest

import (
	"bytes"
	"strings"
	"testing"

	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/planner"
	"aidesk/core/model/script"
)

var attachments = []Behaviour{
	{"a picture is seen, for one question", pictureSeen},
	{"a PDF and a text file are read", textRead},
	{"what a file says are the member's words", fileWords},
	{"files that are not read are named", filesUnread},
	{"a model that sees nothing says so", filesUnseen},
	{"a file without a word, without a language model", fileAlone},
	{"an edited question keeps its files", fileKept},
}

// File is one that a member attaches.
type File struct {
	Name, Type string
	Content    []byte
}

// Files as they are in the world, as far as their beginnings tell.
var (
	picture   = File{"plan.png", "image/png", []byte("\x89PNG\r\n\x1a\nthe plan of the hall")}
	paper     = File{"terms.pdf", "application/pdf", []byte("%PDF-1.7\nthe terms")}
	goodsList = File{"list.csv", "text/csv", []byte("good,count\nCopper Kettle,2\n")}
)

// seeing is a model that reads all files.
func seeing(steps ...script.Step) *script.Model {
	return script.New(steps...).With(model.Info{Wire: "script", Name: "script", Image: 10 << 20, PDF: 10 << 20})
}

// AskWith is Ask with files; the platform can attach some.
func (s *Stage) AskWith(text string, files ...File) chat.Reply {
	s.T.Helper()
	before := s.count(func() int { return len(s.board.sends) })
	s.Done(s.event("the desk to receive "+text+" with files", func() { s.Attach(s.Member, text, files...) }))
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	if len(s.board.sends) == before {
		s.T.Fatalf("%q was not answered", text)
	}
	return s.board.sends[len(s.board.sends)-1]
}

// withFiles is a stage on a platform where members attach files.
func withFiles(t *testing.T, p Platform, clock *Clock, setup Setup) *Stage {
	t.Helper()
	if p.Attach == nil {
		t.Skip("nobody attaches files here")
	}
	return Start(t, p, clock, setup)
}

// files checks what a request has of files.
func (s *Stage) files(r model.Request, want ...File) {
	s.T.Helper()
	if len(r.Files) != len(want) {
		s.T.Fatalf("%d files; want %d", len(r.Files), len(want))
	}
	for i, f := range want {
		kind := f.Type
		if strings.HasPrefix(kind, "text/") {
			kind = model.TextFile
		}
		if got := r.Files[i]; got.Name != f.Name || got.Type != kind || !bytes.Equal(got.Data, f.Content) {
			s.T.Errorf("file %d is %s %s %.40q", i, got.Name, got.Type, got.Data)
		}
	}
}

// last are the newest words of a request.
func last(r model.Request) string { return r.Messages[len(r.Messages)-1].TextOf() }

// pictureSeen: the picture goes with its question, also after a restart in between, and with no
// other; the store keeps its name alone.
func pictureSeen(t *testing.T, p Platform, clock *Clock) {
	s := withFiles(t, p, clock, Setup{Model: seeing(script.Say("A hall."), script.Say("A big one."))})
	if r := s.AskWith("what is this?", picture); len(r.Notes) != 0 || r.Text.Text() != "A hall." {
		t.Errorf("the answer is:\n%s", Text(r))
	}
	s.files(s.request(), picture)
	if said := last(s.request()); said != "what is this?\n\n(Attached: plan.png (28 bytes).)" {
		t.Errorf("the model heard %q", said)
	}
	s.Restart()
	s.Ask("how big?")
	s.files(s.request())
	if first := s.request().Messages[0].TextOf(); !strings.Contains(first, "plan.png") {
		t.Errorf("the name is gone: %q", first)
	}
	if disk := s.Disk(); bytes.Contains(disk, []byte("the plan of the hall")) || bytes.Contains(disk, []byte("dGhlIHBsYW4gb2YgdGhlIGhhbGw")) {
		t.Error("the picture stands in the store")
	}
}

// textRead: each as it is, without a word from the member.
func textRead(t *testing.T, p Platform, clock *Clock) {
	s := withFiles(t, p, clock, Setup{Model: seeing(script.Say("Two kettles."))})
	long := File{"long.txt", "text/plain", []byte(strings.Repeat("a line of it\n", 10_000))}
	r := s.AskWith("", paper, goodsList, long)
	if notes := strings.Join(r.Notes, "\n"); notes != "I read the first 66 kB of long.txt (130 kB)." {
		t.Errorf("the notes are %q", notes)
	}
	long.Content = long.Content[:64<<10]
	s.files(s.request(), paper, goodsList, long)
	contains(t, last(s.request()), "(Attached: terms.pdf (18 bytes); list.csv (27 bytes); long.txt (130 kB), of which you see the beginning.)")
}

// fileWords: a read with what stands in a file goes without a question, as with any words
// of the member's.
func fileWords(t *testing.T, p Platform, clock *Clock) {
	if p.Attach == nil {
		t.Skip("nobody attaches files here")
	}
	shop := NewShop(t, "shop")
	m := seeing(script.Call("shop__listGoods", `{"kind":"Copper Kettle"}`), script.Say("There is one."))
	s := Start(t, p, clock, Setup{Model: m, Plugins: []Plugin{{Address: shop.Address, Default: true}}})
	if r := s.AskWith("do you have these?", goodsList); len(r.Cards) != 0 || len(shop.Calls()) != 1 {
		t.Errorf("%d calls, the answer is:\n%s", len(shop.Calls()), Text(r))
	}
	s.files(s.request(), goodsList) // also with the results
}

// filesUnread: each is named with the reason, to the member and to the model.
func filesUnread(t *testing.T, p Platform, clock *Clock) {
	s := withFiles(t, p, clock, Setup{Model: seeing(script.Say("I see."))})
	page := File{"photo.jpg", "image/jpeg", []byte("<!DOCTYPE html><title>Sign in</title>")}
	sheet := File{"plan.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []byte("PK\x03\x04 cells")}
	latin := File{"names.csv", "text/csv", []byte("name\nJos\xe9\n")}
	film := File{"big.png", "image/png", make([]byte, 50_000_000)}
	r := s.AskWith("look", page, sheet, film, latin, picture)
	want := "I cannot read photo.jpg (37 bytes): it is not what its name says.\n" +
		"I cannot read plan.xlsx (10 bytes).\n" +
		"I cannot read big.png (50 MB): it is larger than 10 MB.\n" +
		"I cannot read names.csv (10 bytes): it is no text in UTF-8."
	if notes := strings.Join(r.Notes, "\n"); notes != want {
		t.Errorf("the notes are:\n%s", notes)
	}
	s.files(s.request(), picture)
	contains(t, last(s.request()), "photo.jpg (37 bytes), which you cannot see; plan.xlsx (10 bytes), which you cannot see; big.png (50 MB), which you cannot see; names.csv (10 bytes), which you cannot see; plan.png (28 bytes).)")
}

// filesUnseen: it is told what is there, and reads text.
func filesUnseen(t *testing.T, p Platform, clock *Clock) {
	s := withFiles(t, p, clock, Setup{Model: script.New(script.Say("I cannot see it."))})
	r := s.AskWith("what is this?", picture, goodsList)
	if notes := strings.Join(r.Notes, "\n"); notes != "I cannot read plan.png (28 bytes)." {
		t.Errorf("the notes are %q", notes)
	}
	s.files(s.request(), goodsList)
}

// fileAlone: who has no language model is told, and a question with words is answered.
func fileAlone(t *testing.T, p Platform, clock *Clock) {
	if p.Attach == nil {
		t.Skip("nobody attaches files here")
	}
	shop := NewShop(t, "shop")
	s := Start(t, p, clock, Setup{Model: planner.New(), Plugins: []Plugin{{Address: shop.Address, Default: true}}})
	if r := s.AskWith("", goodsList); Text(r) != "I cannot read list.csv (27 bytes)." {
		t.Errorf("the answer is:\n%s", Text(r))
	}
	r := s.AskWith("shop.countOrders", goodsList)
	if len(shop.Calls()) != 1 {
		t.Errorf("%d calls, the answer is:\n%s", len(shop.Calls()), Text(r))
	}
	contains(t, Text(r), "I cannot read list.csv (27 bytes).")
}

// fileKept: the edit is asked again, with the file that came with the question.
func fileKept(t *testing.T, p Platform, clock *Clock) {
	if p.Edit == nil || p.Attach == nil {
		t.Skip("nobody edits or attaches here")
	}
	hold, began, _ := held(script.Say("never"))
	s := Start(t, p, clock, Setup{Model: seeing(hold, script.Say("A plan."))})
	e := s.event("the question", func() { s.Attach(s.Member, "what si this?", picture) })
	s.Await("the model to be asked", began)
	s.Done(s.Change(s.Member, e.Message.ID, "what is this?"))
	s.files(s.request(), picture)
	contains(t, last(s.request()), "what is this?", "plan.png")
}
