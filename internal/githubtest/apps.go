package githubtest

import "slices"

// installation returns the repositories of an installation in the order of their ids; nil if there is none.
// An owner has one installation, on all repositories that were made by Repository.
func (s *Server) installation(id int64) []*Repo {
	var all []*Repo
	for _, r := range s.repos {
		if r.InstallationID == id && id != 0 {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *Repo) int { return int(a.ID - b.ID) })
	return all
}

func getApp(c *call) reply {
	a := c.s.appJSON(c.s.apps[c.s.AppSlug])
	a["installations_count"] = len(c.s.installations())
	return ok(a)
}

// installations returns one repository of each installation, in the order of their ids.
func (s *Server) installations() []*Repo {
	var all []*Repo
	for _, r := range s.repos {
		if r.InstallationID != 0 && s.installation(r.InstallationID)[0] == r {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b *Repo) int { return int(a.InstallationID - b.InstallationID) })
	return all
}

func listInstallations(c *call) reply {
	return page(c, c.s.installations(), c.s.installationJSON, list)
}

func getInstallation(c *call) reply {
	repos := c.s.installation(c.number("installation_id"))
	if repos == nil {
		return notFound("Not Found")
	}
	return ok(c.s.installationJSON(repos[0]))
}

func getRepoInstallation(c *call) reply {
	if c.repo.InstallationID == 0 {
		return notFound("Not Found")
	}
	return ok(c.s.installationJSON(c.repo))
}

func getRepo(c *call) reply {
	body := c.s.repoJSON(c.repo)
	body["network_count"], body["subscribers_count"] = 0, 0
	return ok(body)
}
