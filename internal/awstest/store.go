// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// A Store is S3 in process. It takes anybody's word; locks work as in S3 (conditional writes).
type Store struct {
	URL string

	*server
	memory *s3mem.Backend
	s3     http.Handler

	mu     sync.Mutex
	refuse func(http.ResponseWriter, *http.Request) bool
}

// NewStore starts a store with buckets.
func NewStore(buckets ...string) (*Store, error) {
	s := &Store{memory: s3mem.New()}
	for _, name := range buckets {
		if err := s.memory.CreateBucket(name); err != nil {
			return nil, err
		}
	}
	s.s3 = gofakes3.New(s.memory, gofakes3.WithLogger(gofakes3.DiscardLog())).Server()
	var err error
	if s.server, err = serve(s, &s.URL); err != nil {
		return nil, err
	}
	return s, nil
}

// Objects returns the keys of a bucket, sorted.
func (s *Store) Objects(bucket string) ([]string, error) {
	list, err := s.memory.ListBucket(bucket, &gofakes3.Prefix{}, gofakes3.ListBucketPage{})
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, object := range list.Contents {
		keys = append(keys, object.Key)
	}
	slices.Sort(keys)
	return keys, nil
}

// Get returns an object; ok is false if there is none.
func (s *Store) Get(bucket, key string) (content []byte, ok bool, err error) {
	object, err := s.memory.GetObject(bucket, key, nil)
	if gofakes3.HasErrorCode(err, gofakes3.ErrNoSuchKey) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	content, err = io.ReadAll(object.Contents)
	return content, true, errors.Join(err, object.Contents.Close())
}

// Put writes an object, such as a lock that nobody releases.
func (s *Store) Put(bucket, key string, content []byte) error {
	if err := s.Delete(bucket, key); err != nil { // gofakes3 would keep the old one's metadata, checksums among them
		return err
	}
	_, err := s.memory.PutObject(bucket, key, map[string]string{}, bytes.NewReader(content), int64(len(content)), nil)
	return err
}

// Delete removes an object, if it is there.
func (s *Store) Delete(bucket, key string) error {
	_, err := s.memory.DeleteObject(bucket, key)
	return err
}

// DeleteBucket removes a bucket with all that is in it.
func (s *Store) DeleteBucket(bucket string) error { return s.memory.ForceDeleteBucket(bucket) }

// Refuse lets f answer requests before the store does; f reports whether it did. nil ends that.
func (s *Store) Refuse(f func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = f
}

// Close stops it.
func (s *Store) Close() error { return s.server.Close() }

// ServeHTTP answers a request.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	refuse := s.refuse
	s.mu.Unlock()
	if refuse != nil && refuse(w, r) {
		return
	}
	s.s3.ServeHTTP(w, r)
}
