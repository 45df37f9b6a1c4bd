package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
)

// Error is a refusal. It is sent as {"error": …, "field": …} with its status.
type Error struct {
	Status  int    `json:"-"`
	Message string `json:"error"`           // one sentence: what is wrong and what would be right
	Field   string `json:"field,omitempty"` // the parameter or property that is wrong, if one is

	fault string // what really happened, for the log only
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Malformed refuses an input that cannot be read (400).
func Malformed(field, format string, args ...any) error {
	return &Error{Status: http.StatusBadRequest, Field: field, Message: fmt.Sprintf(format, args...)}
}

// NotFound refuses because what the input names does not exist (404).
func NotFound(field, format string, args ...any) error {
	return &Error{Status: http.StatusNotFound, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Conflict refuses because of how things stand now (409).
func Conflict(field, format string, args ...any) error {
	return &Error{Status: http.StatusConflict, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Invalid refuses an input that can be read but not accepted (422).
func Invalid(field, format string, args ...any) error {
	return &Error{Status: http.StatusUnprocessableEntity, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Created is the answer of an operation that made something (201).
type Created struct {
	Value any
	Path  string // where it is found from now on; empty when nowhere
}

func sendAnswer(w http.ResponseWriter, r *http.Request, answer Answer) {
	value, err := answer(r)
	if err != nil {
		sendError(w, err)
		return
	}
	if made, ok := value.(Created); ok {
		if made.Path != "" {
			w.Header().Set("Location", made.Path)
		}
		sendJSON(w, http.StatusCreated, made.Value)
		return
	}
	sendJSON(w, http.StatusOK, value)
}

func sendError(w http.ResponseWriter, err error) {
	e := asError(err)
	if rec, ok := w.(*recorder); ok {
		rec.fault = e.fault
	}
	sendJSON(w, e.Status, e)
}

func sendJSON(w http.ResponseWriter, status int, value any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // it is read by programs, not put into a page
	if err := enc.Encode(value); err != nil {
		status = http.StatusInternalServerError
		b.Reset()
		b.WriteString(`{"error":"the answer could not be written as JSON"}` + "\n")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // into memory: see recorder
}

func sendPicture(w http.ResponseWriter, r *http.Request, draw func(*http.Request) (image.Image, error)) {
	img, err := draw(r)
	if err != nil {
		sendError(w, err)
		return
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&b, img); err != nil {
		sendError(w, err)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "max-age=60")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(b.Bytes())
}
