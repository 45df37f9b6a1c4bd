package bolt

import (
	"encoding/binary"
	"fmt"
	"time"
)

// day and kept are in microseconds.
const (
	day  = int64(24 * time.Hour / time.Microsecond)
	kept = 8 * day
)

// remember notes that an event was ingested; false: it was noted before.
//
// Each day has a bucket, so that a whole one is dropped when it is too old. An
// event with a credible time is looked up in the bucket of its day alone, by time and id, which
// is nearly in the order of arrival. All others are noted by id on the day they
// arrive and looked up in every day.
func (b *batch) remember(k keptEvent) (isNew bool, err error) {
	days := b.Bucket([]byte(dedupBucket))
	today := b.now.UnixMicro()
	var key, name []byte
	if k.Due == 0 && k.Time != 0 && k.Time > today-kept && k.Time < today+day {
		key, name = timeKey(k.Time, k.ID), dayName(k.Time)
		if at := days.Bucket(name); at != nil && at.Get(key) != nil {
			return false, nil
		}
	} else {
		key, name = timeKey(0, k.ID), dayName(today)
		cursor := days.Cursor()
		for other, _ := cursor.First(); other != nil; other, _ = cursor.Next() {
			if days.Bucket(other).Get(key) != nil {
				return false, nil
			}
		}
	}
	b.wrote++
	at, err := days.CreateBucketIfNotExists(name)
	if err != nil {
		return false, fmt.Errorf("write to bucket %s: %w", dedupBucket, err)
	}
	at.FillPercent = 0.95
	if err := at.Put(key, []byte{}); err != nil {
		return false, fmt.Errorf("write to bucket %s: %w", dedupBucket, err)
	}
	return true, nil
}

// dayName is the name of the bucket of a day.
func dayName(n int64) []byte {
	return binary.BigEndian.AppendUint32(nil, uint32(n/day))
}

// forgetDay drops the oldest day when no event can be asked for in it any more.
func (b *batch) forgetDay() error {
	days := b.Bucket([]byte(dedupBucket))
	name, _ := days.Cursor().First()
	if name == nil || int64(binary.BigEndian.Uint32(name)) >= (b.now.UnixMicro()-kept)/day {
		return nil
	}
	b.wrote++
	if err := days.DeleteBucket(name); err != nil {
		return fmt.Errorf("delete a day of bucket %s: %w", dedupBucket, err)
	}
	return nil
}
