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

// methodEffects says of each method that OpenAPI knows whether a call changes something.
var methodEffects = map[string]Effect{
	"get": EffectRead, "head": EffectRead, "options": EffectRead, "query": EffectRead,
	"post": EffectWrite, "put": EffectWrite, "patch": EffectWrite, "delete": EffectWrite, "trace": EffectWrite,
}

// readPath reads the operations of one path.
func (r *reader) readPath(item tree.Cursor, path string) {
	r.notes = &r.docNotes
	if len(path) > maxPath {
		r.Warnf("path-unreadable", "/paths", "the path %q has more than %d KiB; it was left out", plaintext.Line(path, 120), maxPath>>10)
		return
	}
	if item.Get("$ref").Is(tree.Text) {
		target, ok := r.refs.Follow(item, "pathItems")
		if !ok {
			r.Warnf("path-unreadable", "/paths", "the path %q lies elsewhere and cannot be read; its operations were left out", plaintext.Line(path, 120))
			return
		}
		merged := target.Merged(item.Node)
		merged.Drop("$ref")
		item = target.With(merged)
	}
	if !item.Is(tree.Object) {
		if !item.Is(tree.Null) && item.Node != nil {
			r.Warnf("path-unreadable", item.At, "the path %q is not an object; it was left out", plaintext.Line(path, 120))
		}
		return
	}
	r.spend(len(item.Keys) / 16)
	for i, key := range item.Keys {
		method := strings.ToLower(key)
		if _, ok := methodEffects[method]; ok {
			r.readOperation(item, item.Entry(i), path, method)
		}
	}
	if more := item.Child("additionalOperations"); more.Is(tree.Object) {
		for i, key := range more.Keys {
			r.readOperation(item, more.Entry(i), path, strings.ToLower(key))
		}
	}
}

// readOperation reads one operation. If that panics, only this operation is lost.
func (r *reader) readOperation(item, s tree.Cursor, path, method string) {
	o := &Operation{Method: strings.ToUpper(method), Path: path, Verdict: OK}
	own := &notes{limit: maxNotes}
	o.reading = own
	defer func() {
		if p := recover(); p != nil {
			o.refusef(s.At, "unreadable", "it cannot be read: %v", p)
		}
		r.notes = &r.docNotes
		r.doc.Operations = append(r.doc.Operations, o)
	}()
	r.notes = own
	if r.spend(1) {
		r.fillOperation(o, item, s)
	}
	if !r.spend(0) {
		o.refusef(s.At, "document-grows", "the document becomes too large when its references are followed; it was not read to its end")
	}
	r.schemas.Drain()
}

func (o *Operation) refusef(at, code, format string, args ...any) {
	o.Verdict = Refused
	o.reading.addf(levelError, code, at, format, args...)
}

func (r *reader) fillOperation(o *Operation, item, s tree.Cursor) {
	o.Effect = EffectWrite
	if effect, known := methodEffects[strings.ToLower(o.Method)]; known {
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
	o.ID = strings.TrimSpace(plaintext.Head(s.Get("operationId").Text(), maxDescription))
	o.Summary = r.prose(s.Get("summary"), maxDescription)
	r.spend(len(plaintext.Head(s.Get("description").Text(), 2_000)) / 100)
	o.Description = plaintext.Paragraphs(s.Get("description").Text(), 2_000)
	o.Deprecated = s.Get("deprecated").IsTrue()
	for _, tag := range s.Get("tags").Entries() {
		if len(o.Tags) == 10 {
			break
		}
		if tag.Is(tree.Text) {
			o.Tags = append(o.Tags, plaintext.Line(tag.Scalar, 60))
		}
	}
	o.utterances = s.Get("x-aidesk-examples")
	r.chooseServer(o, item, s)
	r.readRequirements(o, s)
	r.readParameters(o, item, s)
	o.requireHidden()
	r.readAnswers(o, s)
	r.readTemplate(o, s)
	r.readBody(o, s)
	if takesBody := o.Method == http.MethodPost || o.Method == http.MethodPut || o.Method == http.MethodPatch; lost && takesBody {
		o.builder.Body = &request.Body{Kind: request.BodyJSON, Media: "application/json", Schema: schema.Lost()}
		o.builder.Args = append(o.builder.Args, request.Arg{Body: o.builder.Body})
	}
	r.readEffect(o, s)
}

// readEffect reads whether the document says that a call has consequences. That can make
// a read ask for confirmation, but not spare a write from it: the author of the document
// is not trusted with that.
func (r *reader) readEffect(o *Operation, s tree.Cursor) {
	for _, key := range [...]string{"x-openai-isConsequential", "x-oai-isConsequential"} {
		switch value, ok := s.Get(key).Bool(); {
		case ok && value && o.Effect == EffectRead:
			o.Asks = true
			r.Infof("consequential-read", s.At+"/"+key, "the document says that this read has consequences: it asks before it is sent")
		case ok && !value && o.Effect == EffectWrite:
			r.Infof("not-consequential", s.At+"/"+key, "the document says that this has no consequences: it asks before it is sent all the same")
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
	o.Hints = append(o.Hints, Note{levelInfo, code, fmt.Sprintf(format, args...), noteWhere(at)})
}

// dropEmptyBody drops a body that can only be empty, as generated documents declare for
// reads.
func (o *Operation) dropEmptyBody() {
	b := o.builder.Body
	if b == nil || b.Required || b.Kind == request.BodyText {
		return
	}
	if b.Schema.IsEmptyObject() {
		o.builder.Body = nil
		o.builder.Args = slices.DeleteFunc(o.builder.Args, func(a request.Arg) bool { return a.Body != nil })
	}
}

// assignIDs gives every operation an ID that is unique in the document and stays the
// same when the document is read again.
func (r *reader) assignIDs() {
	taken := map[string]bool{}
	for _, o := range r.doc.Operations {
		id := strings.Trim(plaintext.Clip(strings.ReplaceAll(plaintext.OneLine(o.ID), " ", "_"), 120), "…")
		made := id == ""
		if made {
			id = idFromPath(o.Method, o.Path)
			o.reading.addf(levelInfo, "operation-id-missing", "", "it has no operationId; %q was made from method and path", id)
		}
		if taken[id] {
			sum := sha256.Sum256([]byte(o.Method + " " + o.Path))
			twice := id
			id += "_" + hex.EncodeToString(sum[:3])
			if !made {
				o.reading.addf(levelInfo, "operation-id-twice", "", "the operationId %q stands twice; this one is called %q", twice, id)
			}
		}
		for n := 2; taken[id]; n++ {
			id = fmt.Sprintf("%s_%d", strings.TrimRight(id, "_0123456789"), n)
		}
		taken[id] = true
		o.ID = id
	}
}

// idFromPath makes an ID of method and path, such as "get_users_by_id".
func idFromPath(method, path string) string {
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

// trustSamples lets the examples of an operation's arguments win over their schemas.
func (r *reader) trustSamples(o *Operation) {
	for i, a := range o.builder.Args {
		if p := a.Param; p != nil {
			p.Schema = p.Schema.Writable()
		}
		if v := o.builder.Args[i].Sample(); v != nil && r.spend(1) {
			r.schemas.TrustSample(a.Schema(), v, 0)
		}
	}
}

// checkSample builds the request of the operation's own sample. If that is refused, no
// values may be found that would not be.
func (r *reader) checkSample(o *Operation) {
	if o.Verdict == Refused || r.checked > maxChecked {
		return
	}
	sample, steps := o.sampleSteps()
	_, more, err := o.builder.RequestSteps(sample)
	if r.checked += steps + more; err != nil {
		o.reading.addf(levelWarn, "sample-refused", "", "a call with values made from the document is refused: %s", plaintext.Line(err.Error(), 200))
	}
}

// finishOperation completes an operation after all schemas have been read and merged.
func (r *reader) finishOperation(o *Operation) {
	o.dropEmptyBody()
	o.builder.ID, o.builder.Method = o.ID, o.Method
	o.builder.NameArgs()
	if o.builder.Overrides() {
		o.Asks = true
		o.reading.addf(levelInfo, "method-override", "", "an argument may give the call another method or address: it asks before it is sent")
	}
	o.Hash = r.digest(o)
	r.noteSecretParams(o)
	r.checkSample(o)
	if o.Verdict == OK && o.reading.hasLoss() {
		o.Verdict = Degraded
	}
	if o.utterances != nil {
		var lines []string
		for _, n := range o.utterances.Entries()[:min(len(o.utterances.Entries()), 10*maxUtterances)] {
			lines = append(lines, plaintext.Head(n.Text(), maxUtterance))
		}
		for _, note := range o.AddExamples(lines...) {
			o.reading.addf(note.Level, note.Code, "", "%s", note.Message)
		}
	}
	o.Notes = o.reading.all
	o.reading, o.utterances, o.accept, o.consumes, o.hidden = nil, nil, nil, nil, nil
}
