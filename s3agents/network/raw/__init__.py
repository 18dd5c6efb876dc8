"""Raw data as platforms and researchers publish them: users, posts and follow edges, streamed, in many layouts."""
