# Read by CMake inside llama.cpp's own project: its "common" library serves programs that are not built
# here, and llama-cpp-python's build would force it on.
set(LLAMA_BUILD_COMMON OFF)
