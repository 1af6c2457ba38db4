"""What the web server does before the application is asked: names of query parameters know no case, as on IIS."""

from starlette.types import ASGIApp, Receive, Scope, Send


class FoldedQuery:
    """Hands every call on with the names of its query parameters in lower case."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""
        if scope.get("query_string"):
            scope = {**scope, "query_string": _folded(scope["query_string"])}
        await self._app(scope, receive, send)


def _folded(query: bytes) -> bytes:
    pairs = (part.partition(b"=") for part in query.split(b"&"))
    return b"&".join(name.lower() + sign + value for name, sign, value in pairs)
