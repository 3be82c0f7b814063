"""The API as data: the OpenAPI documents and the code that reads them."""
