package github

import "context"

// MaxSARIF is the most bytes of a SARIF file as it is sent, packed.
// Source: https://docs.github.com/rest/code-scanning/code-scanning#upload-an-analysis-as-sarif-data
const MaxSARIF = 10 << 20

// UploadSARIF hands SARIF to code scanning as the result on a pull request's head. What keeps it from being taken – code
// scanning is not enabled, the App has no such permission – is a *SARIFError. It needs security_events: write.
func (c *Client) UploadSARIF(ctx context.Context, pull int, head string, sarif []byte) error {
	panic("being written")
}

// A SARIFError says why code scanning did not take a file; nothing else is wrong.
type SARIFError struct{ Message, Next string }

func (e *SARIFError) Error() string { return e.Message }

// Hint says what to do next.
func (e *SARIFError) Hint() string { return e.Next }
