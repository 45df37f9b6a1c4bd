package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

// Sizes of requests and files, in bytes.
const (
	maxBody = 25 << 20
	maxFile = 10 << 20
)

// upload is a file of a request; n is the number by which attachments name it.
type upload struct {
	number int
	File
}

// filePart names a file of a multipart body. Undocumented, and taken by Discord: file0.
var filePart = regexp.MustCompile(`^files?\[?(\d+)\]?$`)

// readBody reads the body of a request: JSON, or a multipart form with payload_json.
func (c *call) readBody(r *http.Request, record *Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return refuse(entityTooLarge)
		}
		return refuse(invalidJSON)
	}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case len(body) == 0:
		return nil
	case kind == "multipart/form-data":
		record.Multipart = true
		if body, err = c.readParts(multipart.NewReader(bytes.NewReader(body), params["boundary"])); err != nil {
			return err
		}
		for _, f := range c.files {
			record.Files = append(record.Files, f.File)
		}
	case kind != "application/json":
		return &apiError{
			status: http.StatusBadRequest, code: invalidForm,
			message: `Expected "Content-Type" header to be one of {'application/json'}.`,
		}
	}
	if len(body) == 0 {
		return nil
	}
	record.Body = body
	return c.decodeJSON(body)
}

// decodeJSON takes a JSON body apart. Numbers stay as they are written.
func (c *call) decodeJSON(body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil || decoder.More() {
		return refuse(invalidJSON)
	}
	switch v := v.(type) {
	case object:
		c.form = v
	case []any:
		c.list = v
	default:
		return invalidField("", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
	}
	return nil
}

// readParts reads a multipart form, and returns its JSON.
func (c *call) readParts(form *multipart.Reader) ([]byte, error) {
	var payload []byte
	for {
		p, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return payload, nil
		}
		if err != nil {
			return nil, invalidField("", "CONTENT_TYPE_INVALID", "the multipart form is broken")
		}
		body, err := io.ReadAll(p)
		if err != nil {
			return nil, invalidField("", "CONTENT_TYPE_INVALID", "the multipart form is broken")
		}
		switch found := filePart.FindStringSubmatch(p.FormName()); {
		case p.FormName() == "payload_json":
			payload = body
		case found != nil && p.FileName() != "":
			if len(body) > maxFile {
				return nil, refuse(entityTooLarge)
			}
			n, _ := strconv.Atoi(found[1])
			kind := p.Header.Get("Content-Type")
			if kind == "" {
				kind = "application/octet-stream"
			}
			c.files = append(c.files, upload{n, File{Name: cleanName(p.FileName()), Type: kind, Content: body}})
		default:
			return nil, invalidField("", "CONTENT_TYPE_INVALID", "the multipart form has an unknown part %q", p.FormName())
		}
	}
}

// cleanName is a file's name as Discord keeps it.
func cleanName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '_'
	}, name)
}

// content is what a request wants a message to say, with the files that came along.
type content struct {
	rule.Message

	files []upload
}

// readContent reads the body of a request that makes or changes a message. def is what
// may be mentioned when the body does not say it.
func readContent(form object, files []upload, def rule.Mentions) (content, error) {
	var numbers []int
	for _, f := range files {
		numbers = append(numbers, f.number)
	}
	m, faults := rule.ReadMessage(form, numbers, def)
	return content{m, files}, invalidFormBody(faults)
}
