package github

import "context"

// An Environment is one deployment environment of a repository.
type Environment struct {
	Name string
	// Branches are the patterns of branches (and tags) that may deploy: nil is any, empty is none.
	Branches []string
	// Protected: only protected branches may deploy; Branches is then nil.
	Protected bool
	Reviewers int // how many people or teams are asked, any one of whom must approve
}

// A RequiredCheck is a status check that a branch requires before a merge.
type RequiredCheck struct {
	Name  string
	AppID int64 // whose check it must be; 0 is anybody's
}

// An Installation is what the App was given in one account.
type Installation struct {
	ID          int64
	Permissions Permissions // granted
	Suspended   bool
	Selected    bool // only selected repositories, not all
}

// AppCredentials are what GitHub hands out once, when an App is made from a manifest.
type AppCredentials struct {
	ID         int64
	Slug       string // "layerbot-acme"
	Owner      string
	PrivateKey []byte // PEM
	URL        string // of its public page
}

// Environments lists the repository's environments, by name. With a person's token: repo read access.
// Source: https://docs.github.com/rest/deployments/environments and …/branch-policies
func (c *Client) Environments(ctx context.Context) ([]Environment, error) { panic("being written") }

// RequiredChecks lists what a branch requires, from rulesets and from branch protection; the latter only administrators
// may read: without the right, protection is nil and known false if rulesets require nothing of that kind either.
// Source: https://docs.github.com/rest/repos/rules#get-rules-for-a-branch
func (c *Client) RequiredChecks(ctx context.Context, branch string) (checks []RequiredCheck, known bool, err error) {
	panic("being written")
}

// SecretNames lists the names of the Actions secrets that jobs can have: of an environment, or for "" those of the
// repository and of its organization that the repository may use. Values cannot be read by anyone.
func (c *Client) SecretNames(ctx context.Context, environment string) ([]string, error) {
	panic("being written")
}

// File returns a file at a ref ("" is the default branch), at most 1 MB; an absent one is nil without an error.
func (c *Client) File(ctx context.Context, path, ref string) ([]byte, error) { panic("being written") }

// Commit resolves a tag or branch of the repository to its commit; an annotated tag to what it tags.
func (c *Client) Commit(ctx context.Context, ref string) (sha string, err error) {
	panic("being written")
}

// Installation returns what the App was given in the account of repo. One that is not installed there is an *AuthError.
func (a *App) Installation(ctx context.Context, repo Repository) (*Installation, error) {
	panic("being written")
}

// Installations lists all of the App, for one that was just made.
func (a *App) Installations(ctx context.Context) ([]Installation, error) { panic("being written") }

// Convert turns the code that GitHub's manifest flow ends with into the App's credentials. A code works once, for an
// hour; one that does not is an error with a hint.
// Source: https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
func Convert(ctx context.Context, o Options, code string) (*AppCredentials, error) {
	panic("being written")
}
