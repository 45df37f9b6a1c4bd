package bots

import (
	"context"
	"fmt"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/plugin"
	"aidesk/store"
)

// arrangeNights has the sources of plugins read in the next night: those of the configuration,
// and those of each workspace that added some or in which there is somebody to be told. Each
// night arranges the next one, so this is for a store that knew none so far.
func (d *Desk) arrangeNights(ctx context.Context) error {
	for _, b := range d.Bots {
		places, err := b.Administered(ctx, d.Store)
		if err != nil {
			return err
		}
		err = plugin.Added(ctx, d.Store, func(scope string, _ plugin.Registration) {
			if place, ours := b.PlaceOf(scope); ours {
				places = append(places, place)
			}
		})
		if err != nil {
			return err
		}
		if err := d.arrange(ctx, b, append(places, chat.Place{})); err != nil {
			return fmt.Errorf("arranging the next night: %w", err)
		}
	}
	return nil
}

func (d *Desk) arrange(ctx context.Context, b *bot.Bot, places []chat.Place) error {
	var events []store.Event
	known := map[string]bool{}
	for _, p := range places {
		for _, e := range b.Nights(p, d.Now()) {
			if !known[e.ID] {
				known[e.ID] = true
				events = append(events, e)
			}
		}
	}
	_, err := d.Store.Ingest(ctx, events...)
	return err
}
