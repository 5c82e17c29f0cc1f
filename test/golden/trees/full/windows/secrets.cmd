rem Secrets of full, read by the launcher. Rendered by hermes-install; keep it out of sight.
set "KEY=s3cret 'quoted' %%PATH%% $x"
