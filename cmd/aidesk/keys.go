package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"aidesk/bots/inbox"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/secret"
	"aidesk/store"
	"aidesk/store/bolt"
)

func keysCommand() *cobra.Command {
	path := ""
	c := commandGroup("keys", "List the keys that seal secrets in the store, make a new one, seal everything anew")
	c.Use = "keys --config config.yaml"
	c.Long = `List the keys that seal tokens and passwords in the store, and how many values each seals.
aidesk may run meanwhile.

To change the key: aidesk keys new prints one; put it before the others, start aidesk again,
and run aidesk keys rotate. Then the old key can go.`
	c.RunE = func(c *cobra.Command, _ []string) error {
		k, err := keysOfStore(path, c)
		if err != nil {
			return err
		}
		return k.list(c.Context())
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	c.AddCommand(keysNewCommand(), keysRotateCommand())
	return c
}

func keysNewCommand() *cobra.Command {
	path := ""
	c := &cobra.Command{
		Use:   "new --config config.yaml | new ID",
		Short: "Print a new key",
		Long: `Print a new key of 32 random bytes, to be put before the others: under keys in the
configuration, or in the file beside the store. Nothing is changed or stored.

Its id is the one given, or the next after those of the configuration.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, place := "", "keys in the configuration, or in the file beside the store"
			if len(args) > 0 {
				id = args[0]
			}
			if path != "" || id == "" {
				k, err := keysOfStore(path, c)
				if err != nil {
					return err
				}
				place = k.place()
				if id == "" {
					id = nextID(k.ring.IDs())
				} else if slices.Contains(k.ring.IDs(), id) {
					return usageError{fmt.Errorf("there is a key %s already: give another id", id)}
				}
			}
			entry := secret.Generate(id)
			if _, err := secret.Parse([]string{entry}); err != nil {
				return usageError{fmt.Errorf("%q is no id of a key: want up to 32 small letters, digits, hyphens and underscores", id)}
			}
			fmt.Fprintln(c.OutOrStdout(), entry)
			fmt.Fprintf(c.ErrOrStderr(), "Put it first in %s, leave the others behind it, and keep a copy apart from backups.\nThen start aidesk again, and run: aidesk keys rotate --config config.yaml\n", place)
			return nil
		},
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	return c
}

// nextID is the id of a new key beside others.
func nextID(ids []string) string {
	last := 0
	for _, id := range ids {
		if text, ok := strings.CutPrefix(id, "k"); ok {
			if n, err := strconv.Atoi(text); err == nil && n < 1<<30 {
				last = max(last, n)
			}
		}
	}
	return "k" + strconv.Itoa(last+1)
}

func keysRotateCommand() *cobra.Command {
	path := ""
	c := &cobra.Command{
		Use:   "rotate --config config.yaml",
		Short: "Seal everything anew with the first key, so that the others can go",
		Long: `Seal everything anew that another key than the first sealed. aidesk may run meanwhile; then
it does it, and it must have been started with the new key. Broken off at any point, the next
run comes to the end; until then all keys must stay.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := keysOfStore(path, c)
			if err != nil {
				return err
			}
			return k.rotate(c.Context())
		},
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	return c
}

// storeKeys are the keys of a configuration and the store that they are for.
type storeKeys struct {
	cfg  config.Config
	file string // of the store
	ring *secret.Ring
	says io.Writer
}

// keysOfStore reads the keys that a configuration names.
func keysOfStore(path string, c *cobra.Command) (*storeKeys, error) {
	cfg, file, err := storeOf(path, c.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	k := &storeKeys{cfg: cfg, file: file, says: c.OutOrStdout()}
	k.ring, err = configuredKeys(cfg.Keys, keyFile(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no key yet: aidesk serve makes %s at its first start", keyFile(file))
	}
	return k, err
}

// place says where the keys are.
func (k *storeKeys) place() string { return keysOf(k.cfg, k.file) }

// withStore runs fn with the store, which no other process has.
func (k *storeKeys) withStore(opt bolt.Options, fn func(*bolt.DB) error) error {
	if _, err := os.Stat(k.file); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no store %s yet: aidesk serve makes it", k.file)
	}
	db, err := bolt.Open(k.file, opt)
	if err != nil {
		return err
	}
	return errors.Join(fn(db), db.Close())
}

// list prints what each key seals.
func (k *storeKeys) list(ctx context.Context) error {
	var uses []inbox.KeyUse
	err := besideOrAlone(ctx,
		func() error { return askAdmin(ctx, socketFile(k.file), http.MethodGet, keysPath, decodeInto(&uses)) },
		func() error {
			return k.withStore(bolt.Options{AsIs: true}, func(db *bolt.DB) (err error) {
				uses, err = inbox.Uses(ctx, db, k.ring)
				return err
			})
		})
	if err != nil {
		return err
	}
	var given []string
	table := tabwriter.NewWriter(k.says, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "key\tseals\tworkspaces\tkept\tevents\tothers\t")
	for _, u := range uses {
		if u.Given {
			given = append(given, u.ID)
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%s\n", u.ID, u.Sealed.Total(), u.Sealed.Workspaces, u.Sealed.Kept, u.Sealed.Events, u.Sealed.Others, roleOf(u))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if !slices.Equal(given, k.ring.IDs()) {
		fmt.Fprintf(k.says, "aidesk runs with the keys %s; the configuration now has %s, which it takes at its next start.\n", strings.Join(given, ", "), strings.Join(k.ring.IDs(), ", "))
	}
	return nil
}

// roleOf says what a key is there for.
func roleOf(u inbox.KeyUse) string {
	switch {
	case u.First:
		return "the first: it seals what is new"
	case !u.Given && u.Noted:
		return "missing: put it back behind the first"
	case !u.Given:
		return "not known here"
	case u.Noted || u.Sealed.Total() > 0:
		return "it must stay until aidesk keys rotate"
	}
	return "it can be removed"
}

// rotate seals everything anew with the first key, and says what was done.
func (k *storeKeys) rotate(ctx context.Context) error {
	var done inbox.Rotation
	first := k.ring.First()
	asked := rotatePath + "?" + url.Values{"first": {first}, "check": {k.ring.Checks()[first]}}.Encode()
	err := besideOrAlone(ctx,
		func() error { return askAdmin(ctx, socketFile(k.file), http.MethodPost, asked, decodeInto(&done)) },
		func() error {
			return k.withStore(bolt.Options{}, func(db *bolt.DB) (err error) {
				done, err = inbox.Rotate(ctx, db, k.ring)
				return err
			})
		})
	if err != nil {
		return err
	}
	return k.tell(done)
}

// tell says what was done, and what to do next. That a key must stay is an error.
func (k *storeKeys) tell(done inbox.Rotation) error {
	var parts []string
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	add(done.Resealed.Workspaces, "key of a workspace", "keys of workspaces")
	add(done.Resealed.Kept, "value that an adapter keeps", "values that adapters keep")
	add(done.Resealed.Events, "value in an event that waits", "values in events that wait")
	add(done.Resealed.Others, "other", "others")
	if len(parts) > 0 {
		fmt.Fprintf(k.says, "Sealed anew with the key %s: %s.\n", done.First, strings.Join(parts, ", "))
	}
	if len(done.Left) > 0 {
		shown := done.Left[:min(len(done.Left), maxLeftShown)]
		return fmt.Errorf("%d records hold what does not open with the keys, so none may go that sealed it (%s …): restore them from a backup, or ask what wrote them", len(done.Left), strings.Join(shown, ", "))
	}
	if done.Waiting > 0 {
		return fmt.Errorf("%d values in events that wait do not open, so all keys must stay until those are worked: run this again then", done.Waiting)
	}
	fmt.Fprintf(k.says, "Everything is sealed with the key %s.\n", done.First)
	gone := slices.Concat(done.Retired, done.Unused)
	switch len(gone) {
	case 0:
		fmt.Fprintln(k.says, "There is no other. For a new one: aidesk keys new")
		return nil
	case 1:
		fmt.Fprintf(k.says, "You can now remove the key %s from %s.\n", gone[0], k.place())
	default:
		fmt.Fprintf(k.says, "You can now remove the keys %s from %s.\n", strings.Join(gone, ", "), k.place())
	}
	fmt.Fprintln(k.says, "Backups from before open only with it: keep a copy apart for as long as you keep them.")
	return nil
}

// maxLeftShown is how many records are named that could not be sealed anew.
const maxLeftShown = 5

// decodeInto reads an answer of the admin socket.
func decodeInto(v any) func(io.Reader) error {
	return func(r io.Reader) error { return json.NewDecoder(r).Decode(v) }
}

// Where the admin socket answers of keys.
const (
	keysPath   = "/keys"
	rotatePath = "/keys/rotate"
)

// handleKeys answers of the keys with which the program runs.
func (a *adminSocket) handleKeys(s store.Store, ring *secret.Ring, logger *slog.Logger) {
	a.mux.HandleFunc("GET "+keysPath, func(out http.ResponseWriter, r *http.Request) {
		uses, err := inbox.Uses(r.Context(), s, ring)
		answerJSON(out, uses, err)
	})
	a.mux.HandleFunc("POST "+rotatePath, func(out http.ResponseWriter, r *http.Request) {
		first := ring.First()
		if asked := r.URL.Query(); asked.Get("first") != first || asked.Get("check") != ring.Checks()[first] {
			answerJSON(out, nil, fmt.Errorf("the aidesk that runs has %s, and the first key of the configuration is another one: start it again, so that it seals with that one, and then rotate", ring))
			return
		}
		done, err := inbox.Rotate(r.Context(), s, ring)
		if err != nil {
			logger.ErrorContext(r.Context(), "rotating keys, which the next run goes on with", "error", err)
		} else {
			logger.InfoContext(r.Context(), "keys were rotated", "first", done.First, "retired", done.Retired, "resealed", done.Resealed.Total(), "left", len(done.Left))
		}
		answerJSON(out, done, err)
	})
}

// answerJSON writes an answer of the admin socket, or the line that says why there is none.
func answerJSON(out http.ResponseWriter, v any, err error) {
	if err != nil {
		writeLine(out, http.StatusConflict, err.Error())
		return
	}
	out.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(out).Encode(v)
}
