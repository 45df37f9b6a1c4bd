package middleware

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"aidesk/core/model"
)

// Fallback asks its models in turn: if one fails, it asks the next. It does not go on after a refusal, which is an answer, or
// when the request was too long, because the next model would fail as well. There
// must be at least one model. One that may not have the words counts as none.
type Fallback struct{ Models []model.Model }

// Info is that of the first model, with the hosts of all models, the smallest known
// window, and of files only what all models read.
func (f *Fallback) Info() model.Info {
	info := f.Models[0].Info()
	var hosts []string
	for _, m := range f.Models {
		other := m.Info()
		if other.Host != "" && !slices.Contains(hosts, other.Host) {
			hosts = append(hosts, other.Host)
		}
		if other.Window > 0 && (info.Window == 0 || other.Window < info.Window) {
			info.Window = other.Window
		}
		info.Image, info.PDF = min(info.Image, other.Image), min(info.PDF, other.PDF)
	}
	info.Host = strings.Join(hosts, ", ")
	return info
}

// Generate asks one model after the other. If all fail, the error is the first one's.
func (f *Fallback) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	var first error
	var notHere *model.Error
	for i, m := range f.Models {
		response, err := m.Generate(ctx, withoutForeignState(r, m.Info()), anew(on, i > 0))
		if err == nil {
			return response, nil
		}
		fault, ok := errors.AsType[*model.Error](err)
		if ok && fault.Kind == model.NotHere {
			notHere = cmp.Or(notHere, fault)
			continue
		}
		if first == nil {
			first = err
		}
		if !ok || ctx.Err() != nil || fault.Kind == model.Context || fault.Kind == model.Refused {
			return nil, err
		}
	}
	if first == nil {
		return nil, notHere
	}
	return nil, first
}

// withoutForeignState returns the request without the opaque state of other
// providers.
func withoutForeignState(r *model.Request, i model.Info) *model.Request {
	foreign := func(p model.Part) bool { return p.Opaque != nil && !p.Opaque.Of(i) }
	own := *r
	own.Messages = slices.Clone(r.Messages)
	for n, m := range own.Messages {
		if slices.ContainsFunc(m.Parts, foreign) {
			own.Messages[n].Parts = slices.DeleteFunc(slices.Clone(m.Parts), foreign)
		}
	}
	return &own
}
