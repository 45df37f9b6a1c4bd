package openapi

import (
	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// opinion is what kin-openapi thinks of the operation's requests: a second
// reader of parameters and bodies that shares no code with the writer. It
// decides nothing.
type opinion struct {
	once  sync.Once
	route *routers.Route
	err   error
}

// ask logs what kin objects to in a request, at level debug. It costs a
// millisecond or so, and nothing where nobody listens.
func (c *opinion) ask(o *builder, r Request) {
	if o.logger == nil || !o.logger.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	if err := c.judge(o, r); err != nil {
		o.logger.Debug("request self-check", "operation", o.id, "method", r.Method, "objection", plaintext.Clip(plaintext.OneLine(err.Error()), 300))
	}
}

// judge validates a request with kin's request filter, in at most checkTime.
func (c *opinion) judge(o *builder, r Request) error {
	ctx, stop := context.WithTimeout(context.Background(), checkTime)
	defer stop()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("the self-check failed: %v", p)
			}
		}()
		if c.once.Do(func() { c.route, c.err = o.route(ctx) }); c.err != nil {
			done <- c.err
			return
		}
		done <- validate(ctx, c.route, r)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errors.New("the self-check took too long")
	}
}

func validate(ctx context.Context, route *routers.Route, r Request) error {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return fmt.Errorf("the request cannot be read back: %w", err)
	}
	for _, f := range r.Header {
		req.Header.Add(f.Name, f.Value)
	}
	return openapi3filter.ValidateRequest(ctx, &openapi3filter.RequestValidationInput{
		Request: req,
		Route:   route,
		Options: &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true, ExcludeReadOnlyValidations: true},
	})
}

// route loads a document of this one operation. It is made from what the
// reader understood; that part is not checked twice, the writing is.
func (o *builder) route(ctx context.Context) (*routers.Route, error) {
	op := map[string]any{"responses": map[string]any{"default": map[string]any{"description": "any"}}}
	var params []any
	for _, a := range o.args {
		p := a.param
		if p == nil {
			op["requestBody"] = map[string]any{"required": a.body.required, "content": map[string]any{a.body.media: a.body.outline()}}
			continue
		}
		// Path parameters need the router to be told apart, and kin has no
		// decoder for the other two.
		if p.in == "path" || p.in == "template" || p.tabs || p.style == "deepObject" && p.schema.Shape() != schema.TypeObject {
			continue
		}
		one := map[string]any{"name": p.name, "in": p.in, "required": p.required}
		if p.media != "" {
			one["content"] = map[string]any{p.media: map[string]any{"schema": p.schema.Outline()}}
		} else {
			one["style"], one["explode"], one["schema"] = p.style, p.explode, p.schema.Outline()
		}
		params = append(params, one)
	}
	op["parameters"] = params
	data, err := json.Marshal(map[string]any{
		"openapi": "3.0.3",
		"info":    map[string]any{"title": o.id, "version": "1"},
		"paths":   map[string]any{"/": map[string]any{"post": op}},
	})
	if err != nil {
		return nil, err
	}
	if len(data) > 256<<10 {
		return nil, errors.New("the operation is too large for the self-check")
	}
	loader := openapi3.NewLoader()
	loader.Context = ctx
	doc, err := loader.LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("the operation cannot be loaded for the self-check: %w", err)
	}
	item := doc.Paths.Value("/")
	return &routers.Route{Spec: doc, Path: "/", PathItem: item, Method: o.method, Operation: item.Post}, nil
}

func (b *body) outline() map[string]any {
	out := map[string]any{"schema": b.schema.Outline()}
	encoding := map[string]any{}
	for name, e := range b.encoding {
		if e.style != "" {
			encoding[name] = map[string]any{"style": e.style, "explode": e.explode}
		}
	}
	if len(encoding) > 0 && b.kind == bodyForm {
		out["encoding"] = encoding
	}
	return out
}
