package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/request"
	"aidesk/core/openapi/schema"
	"aidesk/core/openapi/tree"
)

// methods are those that OpenAPI knows, and what a call of each does.
var methods = map[string]Effect{
	"get": EffectRead, "head": EffectRead, "options": EffectRead, "query": EffectRead,
	"post": EffectWrite, "put": EffectWrite, "patch": EffectWrite, "delete": EffectWrite, "trace": EffectWrite,
}

// path reads the operations of one path.
func (r *reader) path(item tree.Cursor, path string) {
	r.notes = &r.general
	if item.Get("$ref").Is(tree.Text) {
		target, ok := r.refs.Follow(item, "pathItems")
		if !ok {
			return
		}
		merged := target.Merged(item.Node)
		merged.Drop("$ref")
		item = target.With(merged)
	}
	if !item.Is(tree.Object) {
		if !item.Is(tree.Null) && item.Node != nil {
			r.Warnf("path-unreadable", item.At, "the path %q is not an object; it was left out", plaintext.Clip(plaintext.OneLine(path), 120))
		}
		return
	}
	for i, key := range item.Keys {
		method := strings.ToLower(key)
		if _, ok := methods[method]; ok {
			r.guarded(item, item.Entry(i), path, method)
		}
	}
	if more := item.Child("additionalOperations"); more.Is(tree.Object) {
		for i, key := range more.Keys {
			r.guarded(item, more.Entry(i), path, strings.ToLower(key))
		}
	}
}

// guarded reads one operation so that a fault in it is its own.
func (r *reader) guarded(item, s tree.Cursor, path, method string) {
	o := &Operation{Method: strings.ToUpper(method), Path: path, Verdict: OK}
	own := &notes{limit: maxNotes}
	o.found = own
	defer func() {
		if p := recover(); p != nil {
			o.refusef(s.At, "unreadable", "it cannot be read: %v", p)
		}
		r.notes = &r.general
		r.doc.Operations = append(r.doc.Operations, o)
	}()
	r.notes = own
	r.operation(o, item, s)
	r.schemas.Drain()
}

func (o *Operation) refusef(at, code, format string, args ...any) {
	o.Verdict = Refused
	o.found.addf(levelError, code, at, format, args...)
}

func (r *reader) operation(o *Operation, item, s tree.Cursor) {
	o.Effect = EffectWrite
	if effect, known := methods[strings.ToLower(o.Method)]; known {
		o.Effect = effect
	}
	lost := false
	switch {
	case o.Method == http.MethodTrace || o.Method == http.MethodConnect || !plaintext.IsToken(o.Method):
		o.refusef(s.At, "method-unsupported", "the method %s is not sent", plaintext.Clip(o.Method, 20))
	case s.Get("$ref").Is(tree.Text):
		target, ok := r.refs.Follow(s, "")
		if !ok {
			r.Warnf("operation-elsewhere", s.At, "its definition lies in another document that cannot be read: only its method and path are known; use a document in one piece")
			target, lost = s.With(tree.EmptyObject()), true
		}
		s = target
	}
	if !s.Is(tree.Object) {
		if s.Node != nil && !s.Is(tree.Null) {
			o.refusef(s.At, "operation-unreadable", "it is a %s instead of an object", s.Kind)
			return
		}
		r.Infof("operation-empty", s.At, "it says nothing about itself")
	}
	o.ID = s.Get("operationId").Line()
	o.Summary = plaintext.Clip(plaintext.Prose(s.Get("summary").Text()), maxDescription)
	o.Description = plaintext.Clip(plaintext.Paragraphs(s.Get("description").Text()), 2_000)
	o.Deprecated = s.Get("deprecated").IsTrue()
	for _, tag := range s.Get("tags").Entries() {
		if tag.Is(tree.Text) && len(o.Tags) < 10 {
			o.Tags = append(o.Tags, plaintext.Clip(plaintext.OneLine(tag.Scalar), 60))
		}
	}
	o.utterances = s.Get("x-aidesk-examples")
	r.servers(o, item, s)
	r.requirements(o, s)
	r.parameters(o, item, s)
	r.template(o, s)
	r.body(o, s)
	if takesBody := o.Method == http.MethodPost || o.Method == http.MethodPut || o.Method == http.MethodPatch; lost && takesBody {
		o.call.Body = &request.Body{Kind: request.BodyJSON, Media: "application/json", Schema: schema.Lost()}
		o.call.Args = append(o.call.Args, request.Arg{Body: o.call.Body})
	}
	r.effect(o, s)
}

// effect reads what the document says about consequences. It may make a read
// ask; it never lets a write go unasked, for its author is not trusted with
// that.
func (r *reader) effect(o *Operation, s tree.Cursor) {
	for _, key := range [...]string{"x-openai-isConsequential", "x-oai-isConsequential"} {
		switch value, ok := s.Get(key).Bool(); {
		case ok && value && o.Effect == EffectRead:
			o.Asks = true
			r.Infof("consequential-read", s.At+"/"+key, "the document says that this read has consequences: it asks before it is sent")
		case ok && !value && o.Effect == EffectWrite:
			o.hintf("not-consequential", s.At+"/"+key, "the document says that this has no consequences; an admin may mark it as a read")
		}
	}
	if o.Effect != EffectWrite || o.Method == http.MethodDelete {
		return
	}
	words := strings.FieldsFunc(plaintext.SplitWords(o.ID)+" "+plaintext.SplitWords(o.Path), func(c rune) bool { return !plaintext.IsWord(c) })
	for _, word := range words {
		switch strings.ToLower(word) {
		case "search", "query", "find", "lookup", "get", "list", "fetch", "read", "retrieve", "recommend", "recommendations", "suggest", "suggestions", "calculate", "convert", "translate", "validate", "analyze", "summarize", "browse", "compare", "estimate":
			o.hintf("looks-like-read", s.At, "the name sounds like a search (%q); an admin may mark it as a read", strings.ToLower(word))
			return
		}
	}
}

func (o *Operation) hintf(code, at, format string, args ...any) {
	o.Hints = append(o.Hints, Note{levelInfo, code, fmt.Sprintf(format, args...), where(at)})
}

// settle drops a body that can only be empty, as documents of machine make
// declare it for reads.
func (o *Operation) settle() {
	b := o.call.Body
	if b == nil || b.Required || b.Kind == request.BodyText {
		return
	}
	if b.Schema.IsEmptyObject() {
		o.call.Body = nil
		o.call.Args = slices.DeleteFunc(o.call.Args, func(a request.Arg) bool { return a.Body != nil })
	}
}

// identify gives every operation an ID that is unique in the document and the
// same at the next reading.
func (r *reader) identify() {
	taken := map[string]bool{}
	for _, o := range r.doc.Operations {
		id := strings.Trim(plaintext.Clip(strings.ReplaceAll(plaintext.OneLine(o.ID), " ", "_"), 120), "…")
		made := id == ""
		if made {
			id = spell(o.Method, o.Path)
			o.found.addf(levelInfo, "operation-id-missing", "", "it has no operationId; %q was made from method and path", id)
		}
		if taken[id] {
			sum := sha256.Sum256([]byte(o.Method + " " + o.Path))
			twice := id
			id += "_" + hex.EncodeToString(sum[:3])
			if !made {
				o.found.addf(levelInfo, "operation-id-twice", "", "the operationId %q stands twice; this one is called %q", twice, id)
			}
		}
		for n := 2; taken[id]; n++ {
			id = fmt.Sprintf("%s_%d", strings.TrimRight(id, "_0123456789"), n)
		}
		taken[id] = true
		o.ID = id
	}
}

// spell makes a name from method and path: "get_users_by_id".
func spell(method, path string) string {
	words := []string{strings.ToLower(method)}
	path, _, _ = strings.Cut(path, "?")
	for part := range strings.SplitSeq(path, "/") {
		by := strings.HasPrefix(part, "{")
		word := strings.Join(strings.FieldsFunc(part, func(c rune) bool { return !plaintext.IsWord(c) }), "_")
		if word == "" {
			continue
		}
		if by {
			word = "by_" + word
		}
		words = append(words, word)
	}
	return plaintext.Clip(strings.Join(words, "_"), 120)
}

// finish settles an operation once all schemas are read.
func (r *reader) finish(o *Operation) {
	o.settle()
	o.call.ID, o.call.Method = o.ID, o.Method
	o.call.NameArgs()
	o.Hash = r.digest(o)
	r.secrets(o)
	if o.Verdict == OK && o.found.lossy() {
		o.Verdict = Degraded
	}
	if o.utterances != nil {
		var lines []string
		for _, n := range o.utterances.Entries() {
			lines = append(lines, n.Text())
		}
		for _, note := range o.AddExamples(lines...) {
			o.found.addf(note.Level, note.Code, "", "%s", note.Message)
		}
	}
	o.Notes = o.found.all
	o.found, o.utterances = nil, nil
	o.call.Logger = r.logger
}
