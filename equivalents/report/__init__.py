"""Writing a settlement down: CSV tables, the manifest, the workbook, and the OUT folder."""
