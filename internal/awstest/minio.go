// SPDX-License-Identifier: Apache-2.0

package awstest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// A MinIO is a MinIO server of its own, S3 and STS.
type MinIO struct {
	URL string

	root, password string // who may do everything
	output         *tail
	stop           context.CancelFunc
	stopped        chan struct{} // closed when the program has ended
}

const (
	patience = 60 * time.Second // for a server to get ready
	client   = "awstest"        // whom tokens for MinIO itself are for: jobs' tokens are for AWS, and cannot be used here
	claim    = "policy"         // in which such a token names the policy of its role
)

// NewMinIO starts the program (the path of minio) over an empty folder, trusting tokens of i, with buckets. It stops
// when Close is called, and by itself when this process ends (on Linux). ctx is for the start alone.
//
// Roles are policies that a token names. MinIO's own roles do not do: each is of another audience, and all of them have
// to be known at its start.
func NewMinIO(ctx context.Context, program, dir string, i *Issuer, buckets ...string) (*MinIO, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	m := &MinIO{root: random(16), password: random(32), output: &tail{}, stopped: make(chan struct{})}
	err := m.start(ctx, program, dir, i)
	if err == nil {
		err = m.ready(ctx)
	}
	for _, name := range buckets {
		if err == nil {
			_, err = m.call(ctx, http.MethodPut, "/"+name, nil, nil)
		}
	}
	if err == nil {
		return m, nil
	}
	if m.stop != nil {
		_ = m.Close()
	}
	return nil, fmt.Errorf("start %s: %w\n%s", program, err, m.output)
}

// start starts the program on a free port.
func (m *MinIO) start(ctx context.Context, program, dir string, i *Issuer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return err
	}
	m.URL = "http://" + address
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	cmd := exec.CommandContext(life, program, "server", "--address", address, dir) //nolint:gosec // G702: the program is what the test asks for
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = dir, m.output, m.output, attributes()
	cmd.Env = []string{
		"HOME=" + dir, "MINIO_BROWSER=off", "MINIO_UPDATE=off",
		"MINIO_ROOT_USER=" + m.root, "MINIO_ROOT_PASSWORD=" + m.password,
		"MINIO_KMS_SECRET_KEY=awstest:" + base64.StdEncoding.EncodeToString([]byte(random(32))), // for `encrypt = true`
		"MINIO_IDENTITY_OPENID_CONFIG_URL=" + i.URL + "/.well-known/openid-configuration",
		"MINIO_IDENTITY_OPENID_CLIENT_ID=" + client,
		"MINIO_IDENTITY_OPENID_CLAIM_NAME=" + claim,
	}
	if err := cmd.Start(); err != nil {
		stop()
		return err
	}
	m.stop = stop
	go func() {
		defer close(m.stopped)
		_ = cmd.Wait() // the output says why
	}()
	return nil
}

// ready waits until it answers, and knows identities.
func (m *MinIO) ready(ctx context.Context) error {
	for {
		_, err := m.call(ctx, http.MethodGet, "/minio/admin/v3/list-canned-policies", nil, nil)
		if err == nil {
			return nil
		}
		select {
		case <-m.stopped:
			return errors.New("it ended by itself")
		case <-ctx.Done():
			return fmt.Errorf("it does not get ready: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Close stops it. The second time it does nothing.
func (m *MinIO) Close() error {
	m.stop()
	<-m.stopped
	return nil
}

// addPolicy makes a policy that tokens can name. "" is everything.
func (m *MinIO) addPolicy(ctx context.Context, name, policy string) error {
	if policy == "" {
		policy = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::*"}]}`
	}
	_, err := m.call(ctx, http.MethodPut, "/minio/admin/v3/add-canned-policy", url.Values{"name": {name}}, []byte(policy))
	return err
}

// A tail keeps the last of what is written to it.
type tail struct {
	mu   sync.Mutex
	data []byte
}

func (t *tail) Write(p []byte) (int, error) {
	const most = 4 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	t.data = t.data[max(0, len(t.data)-most):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.data)
}
