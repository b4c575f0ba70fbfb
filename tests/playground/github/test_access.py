"""Who sees and may do what: tokens, roles, private repositories."""

import base64
from typing import Any

import pytest

PERMISSIONS = {
    "admin": ("admin", "admin"),
    "maintainer": ("write", "maintain"),
    "writer": ("write", "write"),
    "bot": ("write", "write"),
    "triager": ("read", "triage"),
    "reader": ("read", "read"),
    "stranger": ("read", "read"),
}


@pytest.mark.parametrize("role", PERMISSIONS)
async def test_the_permission_of_everybody(people: Any, repo: str, github: Any, role: str) -> None:
    login = github.cast[role]
    answer = (await people("bot").get(f"{repo}/collaborators/{login.upper()}/permission")).json()
    assert (answer["permission"], answer["role_name"]) == PERMISSIONS[role]
    assert (answer["user"]["login"], answer["user"]["permissions"]["push"]) == (
        login,
        PERMISSIONS[role][0] != "read",
    )


async def test_a_private_repository_does_not_exist_for_strangers(
    people: Any, repo: str, github: Any, control: Any
) -> None:
    await control.patch(repo.replace("/repos/", "/repositories/"), json={"private": True})
    for role in ("stranger", "nobody"):
        for path in (repo, f"{repo}/issues", f"{repo}/issues/1/comments"):
            assert (await people(role).get(path)).status_code == 404
    assert (await people("reader").get(repo)).json()["private"] is True
    answer = (await people("bot").get(f"{repo}/collaborators/{github.cast['stranger']}/permission")).json()
    assert answer["permission"] == "none"


async def test_unknown_logins_are_not_users(people: Any, repo: str) -> None:
    answer = await people("bot").get(f"{repo}/collaborators/nobody/permission")
    assert (answer.status_code, answer.json()["message"]) == (404, "nobody is not a user")


async def test_roles_change_at_once(people: Any, repo: str, github: Any, control: Any) -> None:
    path = f"{repo}/collaborators/{github.cast['stranger']}/permission"
    grant = {"collaborators": {github.cast["stranger"]: "write"}}
    await control.patch(repo.replace("/repos/", "/repositories/"), json=grant)
    assert (await people("bot").get(path)).json()["permission"] == "write"
    grant = {"collaborators": {github.cast["stranger"]: "none"}}
    await control.patch(repo.replace("/repos/", "/repositories/"), json=grant)
    assert (await people("bot").get(path)).json()["permission"] == "read"


@pytest.mark.parametrize("scheme", ["token", "Bearer", "bearer", "Basic"])
async def test_every_way_to_show_a_token(people: Any, github: Any, scheme: str) -> None:
    token = github.token(github.cast["bot"])
    shown = base64.b64encode(f"x:{token}".encode()).decode() if scheme == "Basic" else token
    answer = await people("nobody").get("/user", headers={"Authorization": f"{scheme} {shown}"})
    assert answer.json()["login"] == github.cast["bot"]


@pytest.mark.parametrize("header", ["token wrong", "Bearer a b", "Basic %%%", "Digest x", "nonsense"])
async def test_a_wrong_token_is_bad_credentials(people: Any, repo: str, header: str) -> None:
    answer = await people("nobody").get(repo, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")
    assert answer.json()["status"] == "401"


async def test_a_revoked_token_is_over(people: Any, github: Any, control: Any) -> None:
    token = github.token(github.cast["bot"])
    assert (await people("bot").get("/user")).status_code == 200
    await control.request("DELETE", "/tokens", json={"token": token})
    assert (await people("bot").get("/user")).status_code == 401


async def test_nobody_reads_public_things_and_writes_nothing(people: Any, repo: str) -> None:
    nobody = people("nobody")
    assert (await nobody.get(repo)).status_code == 200
    assert (await nobody.get("/user")).json()["message"] == "Requires authentication"
    assert (await nobody.post(f"{repo}/issues", json={"title": "x"})).status_code == 401
    assert (await nobody.post(f"{repo}/issues/1/comments", json={"body": "x"})).status_code == 401


async def test_users_are_found_by_login_and_number(people: Any, github: Any) -> None:
    bot, login = people("bot"), github.cast["writer"]
    user = (await bot.get(f"/users/{login}")).json()
    assert (await bot.get(f"/user/{user['id']}")).json()["login"] == login
    assert (await bot.get("/users/nobody")).status_code == 404
    assert (await bot.get("/meta")).json()["installed_version"]


async def test_repositories_are_listed(people: Any, github: Any) -> None:
    own = (await people("bot").get("/user/repos")).json()
    assert [item["full_name"] for item in own] == sorted(item["repository"] for item in github.world.summary)
    assert own[0]["permissions"]["push"] is True
    organization = own[0]["owner"]["login"]
    assert len((await people("nobody").get(f"/orgs/{organization}/repos")).json()) == 3
    assert (await people("stranger").get("/user/repos")).json() == []
    collaborators = (await people("bot").get(f"/repos/{own[0]['full_name']}/collaborators")).json()
    assert github.cast["stranger"] not in {user["login"] for user in collaborators}
    assert (await people("reader").get(f"/repos/{own[0]['full_name']}/collaborators")).status_code == 403


async def test_unknown_paths_are_404_in_json(people: Any, repo: str) -> None:
    for path in ("/nothing", f"{repo}/nothing", f"{repo}/issues/x"):
        answer = await people("bot").get(path)
        assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")


async def test_an_archived_repository_is_read_only(people: Any, repo: str, control: Any) -> None:
    await control.patch(repo.replace("/repos/", "/repositories/"), json={"archived": True})
    owner = people("admin")
    assert (await owner.get(repo)).json()["archived"] is True
    answer = await owner.post(f"{repo}/issues/1/comments", json={"body": "hello?"})
    assert (answer.status_code, answer.json()["message"]) == (403, "Repository was archived so is read-only.")
    await control.patch(repo.replace("/repos/", "/repositories/"), json={"archived": False})
    assert (await owner.post(f"{repo}/issues/1/comments", json={"body": "hello"})).status_code == 201
