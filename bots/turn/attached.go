package turn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/store"
)

// What is read of the files that members attach to one question.
const (
	maxFiles     = 5
	maxFile      = 10_000_000 // bytes
	maxAllFiles  = 20_000_000
	maxText      = 64 << 10 // of a text file that the model gets
	filesTime    = time.Minute
	filesAtOnce  = 4  // questions with files that are worked at once, since each holds what it read
	maxFileNotes = 10 // files that a note names
)

// attached is what came of the files of a question.
type attached struct {
	files   []model.File
	told    string   // says of each file to the model what it is, and whether it can be read
	notes   []string // for the member: what could not be read
	misled  bool     // characters that nobody sees were removed from a text file
	release func()   // lets go of what was read
}

// attach reads the files of a question that the model reads, and says of the others why
// not. Their bytes are for this turn alone.
func (t *Turn) attach(ctx context.Context, list []chat.Attachment) (attached, error) {
	out := attached{release: func() {}}
	if len(list) == 0 {
		return out, nil
	}
	select {
	case t.worker.pool.files <- struct{}{}:
		out.release = func() { <-t.worker.pool.files }
	case <-ctx.Done():
		return out, context.Cause(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, filesTime)
	defer cancel()
	room := int64(maxAllFiles)
	var told []string
	for _, a := range list {
		name := describe(a)
		f, why, ok := model.File{}, fmt.Sprintf(textTooManyFiles, maxFiles), false
		if len(out.files) < maxFiles {
			f, why, ok = t.readFile(ctx, a, room)
		}
		if !ok {
			out.notes = append(out.notes, unread(name, why))
			told = append(told, name+", which you cannot see")
			continue
		}
		if f.Type == model.TextFile {
			if len(f.Data) > maxText {
				f.Data = cutText(f.Data, maxText)
				out.notes = append(out.notes, fmt.Sprintf(textReadPart, sizeText(maxText), name))
				name += ", of which you see the beginning"
			}
			out.misled = out.misled || markdown.Misleads(string(f.Data))
			f.Data = []byte(markdown.Clean(string(f.Data)))
		}
		room -= int64(len(f.Data))
		out.files = append(out.files, f)
		told = append(told, name)
	}
	if more := len(out.notes) - maxFileNotes; more > 0 {
		out.notes = append(out.notes[:maxFileNotes], fmt.Sprintf(textMoreUnread, more))
	}
	if more := len(told) - 2*maxFileNotes; more > 0 {
		told = append(told[:2*maxFileNotes], fmt.Sprintf("%d more, which you cannot see", more))
	}
	out.told = "(Attached: " + strings.Join(told, "; ") + ".)"
	return out, nil
}

// wordless answers a message in which the model would find no word: it has none, and no file
// that the model reads.
func (t *Turn) wordless(ctx context.Context) error {
	given, err := t.attach(ctx, t.files)
	defer given.release()
	if err != nil {
		return err
	}
	if len(given.notes) == 0 {
		return t.Say(store.Commit{}, textNothingVisible)
	}
	return t.Say(store.Commit{}, strings.Join(given.notes, " "))
}

// readFile reads a file, of at most room bytes, or says why not where there is more to say.
func (t *Turn) readFile(ctx context.Context, a chat.Attachment, room int64) (f model.File, why string, ok bool) {
	kind := kindOf(a)
	most := t.mostOf(kind)
	from, can := t.Adapter.(chat.Downloader)
	switch {
	case most == 0 || !can:
		return f, "", false
	case a.Size > most:
		return f, fmt.Sprintf(textFileLarge, sizeText(most)), false
	case a.Size > room:
		return f, fmt.Sprintf(textFilesLarge, sizeText(maxAllFiles)), false
	}
	data, err := from.Download(ctx, t.Event.Place, a, min(most, room))
	switch {
	case errors.Is(err, chat.ErrNoAccess):
		return f, textFileNoAccess, false
	case errors.Is(err, chat.ErrGone):
		return f, textFileGone, false
	case errors.Is(err, chat.ErrTooLarge):
		return f, fmt.Sprintf(textFileLarge, sizeText(min(most, room))), false
	case err != nil:
		t.Logger.WarnContext(ctx, "a file cannot be read", "error", err)
		return f, textFileFailed, false
	}
	switch is := sniff(kind, data); {
	case is == "" && kind == model.TextFile:
		return f, textFileCharset, false
	case is == "":
		return f, textFileOther, false
	case int64(len(data)) > t.mostOf(is): // where nobody said before what it is
		return f, "", false
	default:
		return model.File{Name: fileName(a), Type: is, Data: data}, "", true
	}
}

// mostOf is how large a file of a kind may be, in bytes: 0 where the model reads none.
func (t *Turn) mostOf(kind string) int64 {
	info := t.Bot.Agent.Model.Info()
	switch {
	case info.Literal || kind == "":
		return 0
	case strings.HasPrefix(kind, "image/"):
		return min(maxFile, info.Image)
	case kind == typePDF:
		return min(maxFile, info.PDF)
	}
	return maxFile
}

const typePDF = "application/pdf"

// images are the types of pictures that models see.
var images = []string{"image/png", "image/jpeg", "image/webp", "image/gif"}

// textEndings are those of files that are text though platforms call them otherwise.
var textEndings = strings.Fields(".txt .md .csv .tsv .json .yaml .yml .xml .log .toml .ini .sql .go .py .js .ts .sh .html .css .diff .patch")

// kindOf is what a file is by its type, or by its name where the platform gives none: one
// of images, a PDF or text. Others are not read.
func kindOf(a chat.Attachment) string {
	kind, _, _ := strings.Cut(strings.ToLower(a.Type), ";")
	kind = strings.TrimSpace(kind)
	ending := strings.ToLower(path.Ext(a.Name))
	switch {
	case kind == "image/jpg":
		return "image/jpeg"
	case slices.Contains(images, kind), kind == typePDF:
		return kind
	case strings.HasPrefix(kind, "text/"), kind == "application/json", slices.Contains(textEndings, ending):
		return model.TextFile
	case kind != "" && kind != "application/octet-stream":
		return ""
	case ending == ".pdf":
		return typePDF
	case ending == ".jpg":
		return "image/jpeg"
	case slices.Contains(images, "image/"+strings.TrimPrefix(ending, ".")):
		return "image/" + strings.TrimPrefix(ending, ".")
	case kind == "" && ending == "" && a.URL == "": // of which the platform says more with the bytes
		return typeUnknown
	}
	return ""
}

// typeUnknown is the type of a file of which only the bytes tell what it is.
const typeUnknown = "unknown"

// sniff is the type of a file by its bytes, where these are of the kind that was said:
// whoever asks for a picture shall not be given a page. Pictures are often called by the
// name of another kind of picture.
func sniff(kind string, data []byte) string {
	is, _, _ := strings.Cut(http.DetectContentType(data), ";")
	text := utf8.Valid(data) && !bytes.ContainsRune(data, 0)
	switch {
	case kind == model.TextFile && text:
		return model.TextFile
	case strings.HasPrefix(kind, "image/") && slices.Contains(images, is), kind == typePDF && is == typePDF:
		return is
	case kind != typeUnknown:
		return ""
	case slices.Contains(images, is), is == typePDF:
		return is
	case text:
		return model.TextFile
	}
	return ""
}

// unread says that a file cannot be read, and why where there is more to say.
func unread(name, why string) string {
	if why == "" {
		return fmt.Sprintf(textUnread, name)
	}
	return fmt.Sprintf(textUnreadBecause, name, why)
}

// describe is a file's name with its size.
func describe(a chat.Attachment) string {
	if a.Size <= 0 {
		return fileName(a)
	}
	return fileName(a) + " (" + sizeText(a.Size) + ")"
}

// fileName is a file's name as it is shown.
func fileName(a chat.Attachment) string {
	if name := markdown.Line(a.Name, 80); name != "" {
		return name
	}
	return textFile
}

// sizeText is a number of bytes for people.
func sizeText(bytes int64) string {
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d bytes", bytes)
	case bytes < 1_000_000:
		return fmt.Sprintf("%d kB", (bytes+500)/1000)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(bytes)/1e6), ".0") + " MB"
}

// cutText cuts a text after some bytes, between two characters.
func cutText(text []byte, most int) []byte {
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
