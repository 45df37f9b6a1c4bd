package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"aidesk/core/openapi/request"
	"aidesk/core/openapi/schema"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Judge asks kin-openapi, which shares no code with what writes requests, what it objects to
// in one.
func Judge(ctx context.Context, o *Operation, r Request) error {
	route, err := kinRoute(ctx, &o.builder)
	if err != nil {
		return err
	}
	return validateRequest(ctx, route, r)
}

func validateRequest(ctx context.Context, route *routers.Route, r Request) error {
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

// kinRoute loads a document with only this operation. It is made of what our reader
// understood, so it checks how requests are written, not how the document was read.
func kinRoute(ctx context.Context, b *request.Builder) (*routers.Route, error) {
	op := map[string]any{"responses": map[string]any{"default": map[string]any{"description": "any"}}}
	var params []any
	for _, a := range b.Args {
		p := a.Param
		if p == nil {
			op["requestBody"] = map[string]any{"required": a.Body.Required, "content": map[string]any{a.Body.Media: outline(a.Body)}}
			continue
		}
		// kin-openapi needs its router for path parameters and cannot decode the others.
		if p.In == "path" || p.In == "template" || p.Tabs || p.Style == "deepObject" && p.Schema.Shape() != schema.TypeObject {
			continue
		}
		one := map[string]any{"name": p.Name, "in": p.In, "required": p.Required}
		if p.Media != "" {
			one["content"] = map[string]any{p.Media: map[string]any{"schema": p.Schema.Outline()}}
		} else {
			one["style"], one["explode"], one["schema"] = p.Style, p.Explode, p.Schema.Outline()
		}
		params = append(params, one)
	}
	op["parameters"] = params
	data, err := json.Marshal(map[string]any{
		"openapi": "3.0.3",
		"info":    map[string]any{"title": b.ID, "version": "1"},
		"paths":   map[string]any{"/": map[string]any{"post": op}},
	})
	if err != nil {
		return nil, err
	}
	if len(data) > 256<<10 {
		return nil, errors.New("the operation is too large for kin-openapi")
	}
	loader := openapi3.NewLoader()
	loader.Context = ctx
	doc, err := loader.LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("kin-openapi cannot load the operation: %w", err)
	}
	item := doc.Paths.Value("/")
	return &routers.Route{Spec: doc, Path: "/", PathItem: item, Method: b.Method, Operation: item.Post}, nil
}

func outline(b *request.Body) map[string]any {
	out := map[string]any{"schema": b.Schema.Outline()}
	encoding := map[string]any{}
	for name, e := range b.Encoding {
		if e.Style != "" {
			encoding[name] = map[string]any{"style": e.Style, "explode": e.Explode}
		}
	}
	if len(encoding) > 0 && b.Kind == request.BodyForm {
		out["encoding"] = encoding
	}
	return out
}
