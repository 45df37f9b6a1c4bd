package bots_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// invented is a plugin that nobody has ever seen: its operations, fields and values
// are random, so that whatever is said of them was found out by asking.
type invented struct {
	name       string
	operations []*operation
	log        io.Writer

	mu   sync.Mutex
	rand *rand.Rand
}

// operation is one of its operations.
type operation struct {
	id, path string
	write    bool
	words    [4]string // of its example, in which the inputs stand
	text     string    // input: a word
	number   string    // input: a number
	list     string    // output: the list, of objects with these fields
	fields   [3]string // text, whole number, amount
}

func invent(r *rand.Rand, log io.Writer) *invented {
	p := &invented{rand: r, log: log}
	p.name = p.word()
	for i := range 4 {
		o := &operation{
			id: p.word() + strings.ToUpper(p.word()[:1]) + p.word(), path: "/" + p.word(), write: i == 3,
			text: p.word(), number: p.word() + "_" + p.word(), list: p.word(), fields: [3]string{p.word(), p.word(), p.word() + "_" + p.word()},
		}
		for j := range o.words {
			o.words[j] = p.word()
		}
		p.operations = append(p.operations, o)
	}
	return p
}

// word is a word that no language has.
func (p *invented) word() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for range 4 {
		b.WriteByte(consonants[p.rand.IntN(len(consonants))])
		b.WriteByte(vowels[p.rand.IntN(len(vowels))])
	}
	return b.String()
}

func (p *invented) number(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return 1 + p.rand.IntN(n)
}

func (o *operation) example(text, number string) string {
	return fmt.Sprintf("%s %s %s %s %s %s?", o.words[0], o.words[1], text, o.words[2], number, o.words[3])
}

// question is a question in the words of the example, and what a card would show.
func (o *operation) question(p *invented) (string, map[string]string) {
	text, number := p.word(), strconv.Itoa(p.number(99))
	label := func(name string) string {
		name = strings.ReplaceAll(name, "_", " ")
		return strings.ToUpper(name[:1]) + name[1:]
	}
	return o.example(text, number), map[string]string{label(o.text): text, label(o.number): number}
}

func (p *invented) document(host string) any {
	type m = map[string]any
	paths := m{}
	for _, o := range p.operations {
		text, number := m{"type": "string", "maxLength": 40}, m{"type": "integer", "minimum": 1, "maximum": 99}
		op := m{
			"operationId": o.id, "summary": o.words[1] + " " + o.words[2], "responses": m{"200": m{"description": "ok"}},
			"x-aidesk-examples": []string{o.example("{"+o.text+"}", "{"+o.number+"}")},
		}
		if o.write {
			op["requestBody"] = m{"required": true, "content": m{"application/json": m{"schema": m{
				"type": "object", "required": []string{o.text, o.number}, "properties": m{o.text: text, o.number: number},
			}}}}
			paths[o.path] = m{"post": op}
			continue
		}
		op["parameters"] = []m{
			{"name": o.text, "in": "query", "required": true, "schema": text},
			{"name": o.number, "in": "query", "required": true, "schema": number},
		}
		paths[o.path] = m{"get": op}
	}
	return m{"openapi": "3.0.3", "info": m{"title": p.name, "version": "1"}, "servers": []m{{"url": "http://" + host}}, "paths": paths}
}

// answer is made up when it is asked.
func (p *invented) answer(o *operation) any {
	if o.write {
		return map[string]any{o.fields[0]: p.word(), o.fields[1]: p.number(1_000_000)}
	}
	var list []any
	for range p.number(12) {
		list = append(list, map[string]any{
			o.fields[0]: p.word() + " " + p.word(), o.fields[1]: p.number(1_000_000), o.fields[2]: float64(p.number(1_000_000)) / 100,
		})
	}
	return map[string]any{o.list: list}
}

// ServeHTTP answers, and writes calls down as the example plugins do.
func (p *invented) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, out, call := http.StatusNotFound, any(map[string]string{"error": "there is nothing here"}), true
	switch r.URL.Path {
	case "/.well-known/ai-plugin.json":
		status, call = http.StatusOK, false
		out = map[string]any{
			"schema_version": "v1", "name_for_model": p.name, "name_for_human": strings.ToUpper(p.name[:1]) + p.name[1:],
			"description_for_model": "Nobody knows.", "description_for_human": "Nobody knows.", "auth": map[string]string{"type": "none"},
			"api": map[string]string{"type": "openapi", "url": "/openapi.json"},
		}
	case "/openapi.json":
		status, call, out = http.StatusOK, false, p.document(r.Host)
	}
	asked, _ := io.ReadAll(r.Body)
	for _, o := range p.operations {
		if o.path == r.URL.Path && o.write == (r.Method == http.MethodPost) {
			status, out = http.StatusOK, p.answer(o)
			if o.write {
				status = http.StatusCreated
			}
		}
	}
	body, err := json.Marshal(out)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	if call {
		line, _ := json.Marshal(map[string]any{
			"plugin": p.name, "method": r.Method, "path": r.URL.Path, "status": status,
			"request_body": string(asked), "response_body": string(body),
		})
		_, _ = p.log.Write(append(line, '\n'))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
