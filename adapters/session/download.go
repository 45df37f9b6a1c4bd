package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"aidesk/core/chat"
)

// Download reads a file that a platform keeps, as chat.Downloader says. client reaches
// nothing but the platform; the header holds its token.
func Download(ctx context.Context, client *http.Client, a chat.Attachment, header http.Header, limit int64) ([]byte, error) {
	if client == nil || a.URL == "" {
		return nil, chat.ErrNoAccess
	}
	if a.Size > limit {
		return nil, chat.ErrTooLarge
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL, http.NoBody)
	if err != nil {
		return nil, chat.ErrNoAccess
	}
	req.Header = header
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("reading a file: %w", WithoutURL(err))
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode == http.StatusOK:
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
		return nil, chat.ErrGone
	case resp.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return nil, &chat.Later{After: time.Duration(max(seconds, 1)) * time.Second, Reason: "too many files at once"}
	case resp.StatusCode < http.StatusInternalServerError: // a redirect leads to where people log in
		return nil, chat.ErrNoAccess
	default:
		return nil, fmt.Errorf("reading a file: status %d", resp.StatusCode)
	}
	if isPage(resp.Header) {
		return nil, chat.ErrNoAccess
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading a file: %w", err)
	case int64(len(data)) > limit:
		return nil, chat.ErrTooLarge
	case len(data) == 0:
		return nil, errors.New("reading a file: it is empty")
	}
	return data, nil
}

// isPage reports whether an answer is a page to look at, such as the one where people log
// in, and not a file that is a page.
func isPage(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	disposition, _, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	return kind == "text/html" && disposition != "attachment"
}
