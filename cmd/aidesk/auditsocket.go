package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"aidesk/core/audit"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/chain"
)

// Where the admin socket answers of the audit.
const (
	verifyPath = "/audit/verify"
	exportPath = "/audit/export"
)

// auditCheck is what verify found.
type auditCheck struct {
	Verdicts []audit.Verdict `json:"verdicts"`
	Compared int             `json:"compared"`          // lines of an export
	Against  string          `json:"against,omitempty"` // where the export and the store differ first
}

// checkAudit verifies the audits of a store, and compares them with an export, if there is one.
func checkAudit(ctx context.Context, s store.Store, ring *secret.Ring, export io.Reader) (auditCheck, error) {
	var done auditCheck
	keys, err := audit.Keys(ctx, s, ring)
	if err == nil {
		done.Verdicts, err = audit.Verify(ctx, s, keys)
	}
	if err != nil || export == nil {
		return done, err
	}
	done.Compared, err = audit.Against(ctx, s, export)
	if fault, ok := errors.AsType[*chain.Fault](err); ok {
		done.Against = fault.Error()
		return done, nil
	}
	if err != nil {
		return done, fmt.Errorf("the export: %w", err)
	}
	return done, nil
}

// exportRequest says what is to be exported.
type exportRequest struct {
	Workspace string               `json:"workspace,omitempty"` // empty: all
	After     uint64               `json:"after,omitempty"`     // of the workspace
	Ends      map[string]audit.End `json:"ends,omitempty"`      // what is exported already
}

// exportPlan says behind which line each audit is exported.
type exportPlan []audit.Exported

// planExport finds the audits that are to be exported. What was exported already must be in
// the store still.
func planExport(ctx context.Context, s store.Store, ask exportRequest) (exportPlan, error) {
	heads, err := s.AuditHeads(ctx)
	if err != nil {
		return nil, err
	}
	var plan exportPlan
	var known []string
	for _, h := range heads {
		known = append(known, h.Scope)
		if ask.Workspace != "" && !ofWorkspace(h.Scope, ask.Workspace) {
			continue
		}
		after := max(ask.After, ask.Ends[h.Scope].Seq)
		plan = append(plan, audit.Exported{Scope: h.Scope, First: after + 1})
	}
	if len(plan) == 0 && ask.Workspace != "" {
		return nil, fmt.Errorf("the audit has nothing of a workspace %q; it has: %v", ask.Workspace, known)
	}
	for _, scope := range audit.Scopes(ask.Ends) {
		if err := audit.Holds(ctx, s, scope, ask.Ends[scope]); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// write writes the audits, and then into each that they were exported.
func (p exportPlan) write(ctx context.Context, s store.Store, by audit.Actor, now func() time.Time, out io.Writer) error {
	for _, e := range p {
		done, err := audit.Export(ctx, s, e.Scope, e.First-1, out)
		if err != nil {
			return err
		}
		l := audit.Line{Time: now(), Action: "audit.exported", Actor: by, Place: audit.PlaceOf(e.Scope), Outcome: audit.OK}
		if done.Lines > 0 {
			l.Targets = []audit.Target{{Kind: audit.OfRecord, ID: fmt.Sprintf("lines %d to %d", done.First, done.Last)}}
		}
		if err := s.AppendAudits(ctx, store.Audit{Scope: e.Scope, Time: l.Time, Body: l.Encode()}); err != nil {
			return err
		}
	}
	return nil
}

// handleAudit answers of the audit.
func (a *adminSocket) handleAudit(s store.Store, ring *secret.Ring, now func() time.Time, logger *slog.Logger) {
	verified := func(export func(*http.Request) io.Reader) http.HandlerFunc {
		return func(out http.ResponseWriter, r *http.Request) {
			done, err := checkAudit(r.Context(), s, ring, export(r))
			answerJSON(out, done, err)
		}
	}
	a.mux.HandleFunc("GET "+verifyPath, verified(func(*http.Request) io.Reader { return nil }))
	a.mux.HandleFunc("POST "+verifyPath, verified(func(r *http.Request) io.Reader { return r.Body }))
	a.mux.HandleFunc("GET "+exportPath, func(out http.ResponseWriter, r *http.Request) {
		var ask exportRequest
		err := json.NewDecoder(bytes.NewReader([]byte(r.URL.Query().Get("ask")))).Decode(&ask)
		var plan exportPlan
		if err == nil {
			plan, err = planExport(r.Context(), s, ask)
		}
		if err != nil {
			answerJSON(out, nil, err)
			return
		}
		by := operatorOf(r)
		if err := plan.write(r.Context(), s, by, now, patient{out}); err != nil {
			logger.ErrorContext(r.Context(), "exporting the audit", "error", err)
			panic(http.ErrAbortHandler) // so that the other end sees that it is cut
		}
		logger.InfoContext(r.Context(), "the audit was exported", "by", by.ID)
	})
}
